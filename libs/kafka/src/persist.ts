import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

export interface PersistOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Default: for ever. */
  readonly withinMs?: number;
  /** Errors that another try cannot mend. */
  readonly isFinal?: (error: unknown) => boolean;
}

/** Tries again, with growing pauses, until it works: brokers move, restart and load their coordinators. */
export async function persist<T>(task: () => Promise<T>, options: PersistOptions): Promise<T> {
  const { signal, withinMs = Number.POSITIVE_INFINITY, isFinal } = options;
  const startedAtMs = performance.now();
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted();
    try {
      return await task();
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal?.(error) === true || performance.now() - startedAtMs > withinMs) throw error;
    }
    await delay(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10)), undefined, { signal }).catch(
      () => {},
    );
  }
}
