import type { ErrorCode } from './error-code.ts';

/** One wrong field of what a caller sent. */
export interface ErrorDetail {
  readonly field: string;
  readonly why: string;
  readonly expected?: string;
  readonly rule?: string;
}

export interface SignalboxErrorOptions {
  readonly cause?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly details?: readonly ErrorDetail[];
  /** For `service.unavailable` and `guard.rate_limited`: when to try again. */
  readonly retryAfterSeconds?: number;
}

/** What a caller is told went wrong. The message is for people, the code for programs. */
export class SignalboxError extends Error {
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: SignalboxErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'SignalboxError';
    this.code = code;
    this.data = options.data;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Names in faults are the caller's own, and may be of any length. */
const MAX_FIELD_CHARACTERS = 120;
const MAX_WHY_CHARACTERS = 300;

/** `guard.invalid_input` with every wrong field named in its message. */
export function invalidInput(faults: readonly ErrorDetail[]): SignalboxError {
  const details = faults.map((fault) => ({
    ...fault,
    field: shortened(fault.field, MAX_FIELD_CHARACTERS),
    why: shortened(fault.why, MAX_WHY_CHARACTERS),
  }));
  const sentences = details.map(({ field, why, expected }) => {
    const right = expected === undefined ? '' : `; expected ${expected}`;
    return `${field}: ${why}${right}`;
  });
  return new SignalboxError('guard.invalid_input', sentences.join('. '), { details });
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;
}
