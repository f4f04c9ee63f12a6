import type { Documentation } from './documented.ts';
import type { JsonSchema, Method, Parameter } from './operation.ts';

/** A route that this service checks and passes on to monitoring. */
export type MonitoringEntry = readonly [method: Method, path: string, scope: string, documentation: Documentation];

export const queryOf = (name: string, description: string, schema: JsonSchema = { type: 'string' }): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});
