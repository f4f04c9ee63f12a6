/** An error as it may be logged. */
export interface DescribedError {
  readonly type?: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly cause?: DescribedError;
}

const MAX_CAUSES = 3;

/**
 * What of an error may be logged: what it is, where it came from and why, without the further fields libraries put on
 * their errors. A failed query carries its parameters, and those may be anything a caller or a publisher sent.
 */
export function describedError(error: unknown, causes = MAX_CAUSES): DescribedError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { readonly code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(code !== undefined && { code }),
    ...(error.cause !== undefined && causes > 0 && { cause: describedError(error.cause, causes - 1) }),
  };
}
