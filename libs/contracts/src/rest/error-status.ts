/** Every code an answer of the public API can carry, whichever service it is of, and its HTTP status. The one table. */
export const ERROR_STATUS = {
  'auth.unauthorized': 401,
  'auth.forbidden': 403,
  'entity.not_exists_with_id': 404,
  'entity.not_exists': 404,
  'entity.not_found': 404,
  'entity.conflict': 409,
  'entity.version_mismatch': 412,
  'entity.invalid_input': 422,
  'guard.invalid_input': 400,
  'guard.invalid_pagination': 400,
  'guard.rate_limited': 429,
  'guard.payload_too_large': 413,
  'guard.unsupported_media_type': 415,
  'hook.missing_events': 400,
  'hook.endpoint_responded_with_error': 422,
  'hook.send_test_payload_failed': 422,
  'request.idempotency_mismatch': 422,
  'log.invalid_time_window': 400,
  'delivery.round_open': 409,
  'route.not_found': 404,
  'config.database_behind': 503,
  'service.unavailable': 503,
  'server.internal_error': 500,
} as const satisfies Readonly<Record<string, number>>;

export type ErrorCode = keyof typeof ERROR_STATUS;
