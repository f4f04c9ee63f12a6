/** Names of gRPC status codes (grpc/grpc, doc/statuscodes.md): only adapters know a gRPC library. */
export type RpcStatusName =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

/** Every code an answer can carry, and what it is called in HTTP and in gRPC. The one table of both. */
export const ERROR_CODES = {
  'auth.unauthorized': { http: 401, rpc: 'UNAUTHENTICATED' },
  'auth.forbidden': { http: 403, rpc: 'PERMISSION_DENIED' },
  'entity.not_exists_with_id': { http: 404, rpc: 'NOT_FOUND' },
  'entity.not_exists': { http: 404, rpc: 'NOT_FOUND' },
  'entity.not_found': { http: 404, rpc: 'NOT_FOUND' },
  'entity.conflict': { http: 409, rpc: 'ABORTED' },
  'entity.version_mismatch': { http: 412, rpc: 'FAILED_PRECONDITION' },
  'entity.invalid_input': { http: 422, rpc: 'INVALID_ARGUMENT' },
  'guard.invalid_input': { http: 400, rpc: 'INVALID_ARGUMENT' },
  'guard.invalid_pagination': { http: 400, rpc: 'INVALID_ARGUMENT' },
  'guard.rate_limited': { http: 429, rpc: 'RESOURCE_EXHAUSTED' },
  'guard.payload_too_large': { http: 413, rpc: 'RESOURCE_EXHAUSTED' },
  'guard.unsupported_media_type': { http: 415, rpc: 'INVALID_ARGUMENT' },
  'hook.missing_events': { http: 400, rpc: 'INVALID_ARGUMENT' },
  'hook.endpoint_responded_with_error': { http: 422, rpc: 'FAILED_PRECONDITION' },
  'hook.send_test_payload_failed': { http: 422, rpc: 'INVALID_ARGUMENT' },
  'request.idempotency_mismatch': { http: 422, rpc: 'FAILED_PRECONDITION' },
  'log.invalid_time_window': { http: 400, rpc: 'INVALID_ARGUMENT' },
  'delivery.round_open': { http: 409, rpc: 'FAILED_PRECONDITION' },
  'route.not_found': { http: 404, rpc: 'NOT_FOUND' },
  'config.database_behind': { http: 503, rpc: 'FAILED_PRECONDITION' },
  'service.unavailable': { http: 503, rpc: 'UNAVAILABLE' },
  'server.internal_error': { http: 500, rpc: 'INTERNAL' },
} as const satisfies Readonly<Record<string, { readonly http: number; readonly rpc: RpcStatusName }>>;

export type ErrorCode = keyof typeof ERROR_CODES;
