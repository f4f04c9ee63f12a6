import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

export interface PersistOptions {
  /** Aborting rejects with the signal's reason at once, whatever becomes of the try under way. */
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
      return await unlessAborted(task(), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal?.(error) === true || performance.now() - startedAtMs > withinMs) throw error;
    }
    await delay(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10)), undefined, { signal }).catch(
      () => {},
    );
  }
}

/** A request to a broker that is away is given up after 30 s only, and by then nobody may want its answer. */
async function unlessAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([task, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
