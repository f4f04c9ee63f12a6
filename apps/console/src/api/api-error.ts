/** What went wrong with a call, as far as the page acts on it. */
export type ApiErrorKind =
  | 'offline'
  | 'unanswered'
  | 'unanswered-once'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'changed-meanwhile'
  | 'invalid'
  | 'rate-limited'
  | 'unavailable'
  | 'secrets-unreadable'
  | 'unexpected'
  | 'internal';

export interface ErrorDetail {
  /** Path such as `config.url` or `events[2]`. */
  readonly field: string;
  readonly why?: string;
  readonly expected?: string;
  /** Of the rules for URLs, such as `address:private`. */
  readonly rule?: string;
}

interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly details?: readonly ErrorDetail[];
}

/** Of a 503 that does not pass by itself: what the API says in `data.reason`. */
const SECRETS_UNREADABLE = 'secrets-unreadable';

/** A call that was refused or did not arrive. `message` is the server's own, for people; empty where it said nothing. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly kind: ApiErrorKind,
    /** 0 where nothing was answered. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
    readonly data: Readonly<Record<string, unknown>> = {},
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** What is wrong with one field of what was sent, in the server's words. */
  faultOf(field: string): string | undefined {
    const detail = this.details.find((each) => each.field === field || each.field.startsWith(`${field}[`));
    if (detail === undefined) return undefined;
    return detail.expected === undefined ? detail.why : `${detail.why ?? ''} (${detail.expected})`.trim();
  }
}

/** The request did not get through, or no answer came back. */
export function offlineError(cause: unknown): ApiError {
  return lostError('offline', cause);
}

/** The same of `request`: one that changes something may have been carried out, though nobody heard of it. */
export function lostErrorOf(request: Request, cause: unknown): ApiError {
  if (request.method === 'GET') return offlineError(cause);
  return lostError(request.headers.has('idempotency-key') ? 'unanswered-once' : 'unanswered', cause);
}

/** It may have been carried out. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof ApiError && (error.kind === 'unanswered' || error.kind === 'unanswered-once');
}

function lostError(kind: ApiErrorKind, cause: unknown): ApiError {
  return new ApiError(kind, 0, 'offline', '', [], {}, undefined, { cause });
}

/** An answer that is none to what was asked: the API is of another version than this page. */
export function unexpectedError(status: number): ApiError {
  return new ApiError('unexpected', status, 'unexpected', '');
}

/** `text`: the body of the answer, whatever a proxy on the way may have made of it. */
export function apiErrorOf(response: Response, text: string): ApiError {
  const body = parseBody(text);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(
    body?.data?.['reason'] === SECRETS_UNREADABLE ? SECRETS_UNREADABLE : kindOf(response.status),
    response.status,
    body?.code ?? `http.${response.status}`,
    body?.message ?? '',
    body?.details,
    body?.data,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

function kindOf(status: number): ApiErrorKind {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 412) return 'changed-meanwhile';
  if (status === 429) return 'rate-limited';
  if (status === 502 || status === 503 || status === 504) return 'unavailable';
  return status >= 500 ? 'internal' : 'invalid';
}

function parseBody(text: string): ErrorBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'code' in body && 'message' in body
      ? (body as ErrorBody)
      : undefined;
  } catch {
    return undefined;
  }
}
