import type { ErrorCode } from '@signalbox/contracts';

export type { ErrorCode } from '@signalbox/contracts';

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

/** What each code is called in gRPC; its HTTP status is in `ERROR_STATUS`. */
export const RPC_STATUS_OF: Readonly<Record<ErrorCode, RpcStatusName>> = {
  'auth.unauthorized': 'UNAUTHENTICATED',
  'auth.forbidden': 'PERMISSION_DENIED',
  'entity.not_exists_with_id': 'NOT_FOUND',
  'entity.not_exists': 'NOT_FOUND',
  'entity.not_found': 'NOT_FOUND',
  'entity.conflict': 'ABORTED',
  'entity.version_mismatch': 'FAILED_PRECONDITION',
  'entity.invalid_input': 'INVALID_ARGUMENT',
  'guard.invalid_input': 'INVALID_ARGUMENT',
  'guard.invalid_pagination': 'INVALID_ARGUMENT',
  'guard.rate_limited': 'RESOURCE_EXHAUSTED',
  'guard.payload_too_large': 'RESOURCE_EXHAUSTED',
  'guard.unsupported_media_type': 'INVALID_ARGUMENT',
  'hook.missing_events': 'INVALID_ARGUMENT',
  'hook.endpoint_responded_with_error': 'FAILED_PRECONDITION',
  'hook.send_test_payload_failed': 'INVALID_ARGUMENT',
  'request.idempotency_mismatch': 'FAILED_PRECONDITION',
  'log.invalid_time_window': 'INVALID_ARGUMENT',
  'delivery.round_open': 'FAILED_PRECONDITION',
  'route.not_found': 'NOT_FOUND',
  'config.database_behind': 'FAILED_PRECONDITION',
  'service.unavailable': 'UNAVAILABLE',
  'server.internal_error': 'INTERNAL',
};
