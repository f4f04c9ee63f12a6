export { type Documentation, operationOf } from './documentation.ts';
export { ERROR_STATUS, type ErrorCode } from './error-status.ts';
export { monitoringDocument, withPathParameters } from './monitoring-document.ts';
export type {
  JsonSchema,
  OpenApiDocument,
  Parameter,
  ResponseHeaders,
  RestMethod,
  RestOperation,
  RestResponse,
} from './operation.ts';
export { NAMED_OPS_WEBHOOKS } from './operations.schemas.ts';
export { IDEMPOTENCY_KEY, PAGE, PAGE_HEADERS, PAGE_SIZE, queryOf } from './parameters.ts';
export { COUNT, UNIX_MS, closed } from './schema-parts.ts';
