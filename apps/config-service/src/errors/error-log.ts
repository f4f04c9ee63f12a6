/**
 * What of an error may be logged: what it is, where it came from and why, without the further fields libraries put on
 * their errors. A failed query carries its parameters, and those may be anything a caller sent.
 */
export function logFieldsOf(error: unknown): { readonly err: Readonly<Record<string, unknown>> } {
  return { err: describe(error, 3) };
}

function describe(error: unknown, depth: number): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { readonly code?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code !== undefined && { code }),
    ...(error.cause !== undefined && depth > 0 && { cause: describe(error.cause, depth - 1) }),
  };
}
