import { MONITORING_DOCUMENT_SCHEMAS } from './monitoring-document.schemas.ts';
import { MONITORING_OPERATIONS } from './monitoring.operations.ts';
import type { OpenApiDocument, Parameter, RestMethod, RestOperation } from './operation.ts';

const DESCRIPTION = `The part of Signalbox's API that monitoring answers: what became of deliveries. It is called through the public door,
whose document this is a part of; the door checks credential and scope, and refuses in the same form.`;

/** The OpenAPI 3.1 document of monitoring's own routes, as the public door passes them on. */
export function monitoringDocument(): OpenApiDocument {
  const paths: Record<string, Partial<Record<RestMethod, RestOperation>>> = {};
  for (const [path, method, operation] of MONITORING_OPERATIONS) {
    paths[path] = { ...paths[path], [method]: withPathParameters(path, operation) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Signalbox monitoring',
      description: DESCRIPTION,
      version: '0.1.0',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API key or a JWT' } },
      schemas: MONITORING_DOCUMENT_SCHEMAS,
    },
  };
}

/** An operation with the parameters that its path names. */
export function withPathParameters(path: string, operation: RestOperation): RestOperation {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const parameters = names.map((name): Parameter => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }));
  return { ...operation, parameters: [...parameters, ...(operation.parameters ?? [])] };
}
