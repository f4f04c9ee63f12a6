export interface WaitOptions {
  /** 10,000 by default. */
  readonly timeoutMs?: number;
  /** For the message: `Waited 10000 ms in vain for <what>`. */
  readonly what: string;
  /** 20 by default. */
  readonly everyMs?: number;
}

/**
 * Asks `condition` until it answers something other than `undefined` or false, and answers that. Where the condition
 * throws (an `expect` inside it), the last error is the cause of the failure.
 */
export async function waitFor<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 10_000, what, everyMs = 20 }: WaitOptions,
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      cause = undefined;
      const value = await condition();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > giveUpAt) {
      const why = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}${why}`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
