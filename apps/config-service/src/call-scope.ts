import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<AbortSignal>();

/** Runs `work` for a caller who waits until `signal` is aborted: his deadline has passed, or he has gone. */
export async function forCaller<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return scope.run(signal, work);
}

/** Throws the signal's reason when nobody waits for the work under way any more; does nothing outside {@link forCaller}. */
export function requireCaller(): void {
  scope.getStore()?.throwIfAborted();
}
