import { ERROR_STATUS } from '@signalbox/contracts';
import { postgresFaultOf } from '@signalbox/postgres';
import type { ErrorCode, RpcStatusName } from './error-code.ts';
import { RPC_STATUS_OF } from './error-code.ts';
import { SignalboxError } from './signalbox-error.ts';
import type { ErrorDetail, SignalboxErrorOptions } from './signalbox-error.ts';

/** The body of every answer that is an error. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly details?: readonly ErrorDetail[];
}

export interface ErrorAnswer {
  readonly httpStatus: number;
  readonly rpcStatus: RpcStatusName;
  readonly body: ErrorBody;
  readonly retryAfterSeconds?: number;
  /** Ours, not the caller's: to be logged with its cause. */
  readonly isFault: boolean;
}

const DEFAULT_RETRY_AFTER_SECONDS = 2;
const RETRIED_LATER = new Set<ErrorCode>(['service.unavailable', 'guard.rate_limited', 'config.database_behind']);

/**
 * The answer to any error. A port's error that says `service.unavailable`, and a database that does not answer, are a 503
 * with the port's `forCaller` and `data`, and never their own message, which was not written for callers; anything else unknown is
 * `server.internal_error`.
 */
export function answerTo(error: unknown): ErrorAnswer {
  if (error instanceof SignalboxError) return answerOf(error);
  return answerOf(
    isUnavailable(error)
      ? unavailable(error)
      : new SignalboxError('server.internal_error', 'Something went wrong on our side', { cause: error }),
  );
}

function unavailable(error: unknown): SignalboxError {
  const { forCaller, data } = error as { readonly forCaller?: unknown; readonly data?: SignalboxErrorOptions['data'] };
  // Only what was written for callers has a `data` that is for them too.
  if (typeof forCaller !== 'string') {
    return new SignalboxError('service.unavailable', 'This cannot be answered now; try again shortly', {
      cause: error,
    });
  }
  return new SignalboxError('service.unavailable', forCaller, { cause: error, ...(data !== undefined && { data }) });
}

function isUnavailable(error: unknown): boolean {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { readonly code?: unknown };
  if (code === ('service.unavailable' satisfies ErrorCode)) return true;
  const fault = postgresFaultOf(error);
  return fault?.kind === 'unavailable' || fault?.kind === 'timeout' || fault?.kind === 'retryable-conflict';
}

function answerOf(error: SignalboxError): ErrorAnswer {
  const { code, message, data, details } = error;
  const httpStatus = ERROR_STATUS[code];
  return {
    httpStatus,
    rpcStatus: RPC_STATUS_OF[code],
    body: { code, message, ...(data !== undefined && { data }), ...(details !== undefined && { details }) },
    ...(RETRIED_LATER.has(code) && {
      retryAfterSeconds: error.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS,
    }),
    isFault: httpStatus >= 500,
  };
}
