import type { Documentation } from './documentation.ts';
import type { RestMethod } from './operation.ts';

/** A route of monitoring; the public door checks its scope and passes it on. */
export type MonitoringEntry = readonly [method: RestMethod, path: string, scope: string, documentation: Documentation];
