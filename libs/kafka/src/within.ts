import { setTimeout as delay } from 'node:timers/promises';
import { asError } from './errors.ts';

/** Waits for a clean-up, but not for ever. False when it was not over in time; an error of it goes to `onError`. */
export async function within(task: Promise<unknown>, ms: number, onError: (error: Error) => void): Promise<boolean> {
  const timeout = new AbortController();
  const isOver = task.then(
    () => true,
    (error: unknown) => {
      onError(asError(error));
      return true;
    },
  );
  const isLate = delay(ms, false, { signal: timeout.signal }).catch(() => false);
  const result = await Promise.race([isOver, isLate]);
  timeout.abort();
  return result;
}
