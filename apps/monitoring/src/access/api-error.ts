import type { ErrorCode } from '@signalbox/contracts';
import { ERROR_STATUS } from '@signalbox/contracts';

/** Every code an answer of this service may carry. */
export type ApiErrorCode = Extract<
  ErrorCode,
  | 'auth.unauthorized'
  | 'auth.forbidden'
  | 'guard.invalid_input'
  | 'guard.invalid_pagination'
  | 'log.invalid_time_window'
  | 'entity.not_exists_with_id'
  | 'delivery.round_open'
  | 'entity.conflict'
  | 'entity.invalid_input'
  | 'request.idempotency_mismatch'
  | 'route.not_found'
  | 'server.internal_error'
  | 'service.unavailable'
>;

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
    this.status = ERROR_STATUS[code];
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
