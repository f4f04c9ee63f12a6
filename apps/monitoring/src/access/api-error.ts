/** Every code an answer of this service may carry, and its HTTP status. */
const STATUS_OF = {
  'auth.unauthorized': 401,
  'auth.forbidden': 403,
  'guard.invalid_input': 400,
  'guard.invalid_pagination': 400,
  'log.invalid_time_window': 400,
  'entity.not_exists_with_id': 404,
  'delivery.round_open': 409,
  'entity.conflict': 409,
  'entity.invalid_input': 422,
  'request.idempotency_mismatch': 422,
  'route.not_found': 404,
  'server.internal_error': 500,
  'service.unavailable': 503,
} as const;

export type ApiErrorCode = keyof typeof STATUS_OF;

/** One wrong field: why, and what would be right; as the public door's own errors tell it. */
export interface FieldFault {
  readonly field: string;
  readonly why: string;
  readonly expected: string;
}

/** An answer that is no success; the filter writes it as `{ code, message, data?, details? }`. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly details: readonly FieldFault[] | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    more: { readonly details?: readonly FieldFault[]; readonly data?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = STATUS_OF[code];
    this.details = more.details;
    this.data = more.data;
  }
}

/** A refusal that names every wrong field. */
export function badInput(
  faults: readonly FieldFault[],
  code: 'guard.invalid_input' | 'guard.invalid_pagination' | 'log.invalid_time_window' = 'guard.invalid_input',
): ApiError {
  const message = faults.map(({ field, why, expected }) => `${field}: ${why}; expected ${expected}`).join('. ');
  return new ApiError(code, message, { details: faults });
}

/** 404 also for what is another tenant's. */
export function notFound(what: string, id: string): ApiError {
  return new ApiError('entity.not_exists_with_id', `${what} with id ${id} does not exist`);
}
