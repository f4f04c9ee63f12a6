import { useEffect, useEffectEvent, useState } from 'react';
import { ApiError } from './api-error.ts';
import { eventStream, type ServerSentEvent } from './event-stream.ts';

export type StreamState = 'off' | 'connecting' | 'live' | 'waiting';

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/**
 * Calls `onEvent` for what `path` streams, from now on, until the component goes or `path` is undefined. A stream that
 * breaks off is taken up again where it was, ever later; one that is refused is not.
 */
export function useEventStream(path: string | undefined, onEvent: (event: ServerSentEvent) => void): StreamState {
  const [state, setState] = useState<StreamState>('off');
  const take = useEffectEvent(onEvent);
  useEffect(() => {
    if (path === undefined) return undefined;
    const abort = new AbortController();
    void follow(path, abort.signal, (event) => take(event), setState);
    return () => abort.abort();
  }, [path]);
  return path === undefined ? 'off' : state;
}

async function follow(
  path: string,
  signal: AbortSignal,
  onEvent: (event: ServerSentEvent) => void,
  onState: (state: StreamState) => void,
): Promise<void> {
  let lastEventId: string | undefined;
  let delayMs = FIRST_DELAY_MS;
  while (!signal.aborted) {
    onState('connecting');
    try {
      const onOpen = (): void => {
        delayMs = FIRST_DELAY_MS;
        onState('live');
      };
      for await (const event of eventStream(path, { signal, lastEventId, onOpen })) {
        lastEventId = event.id ?? lastEventId;
        onEvent(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      const isFinal =
        error instanceof ApiError && ['unauthorized', 'forbidden', 'not-found', 'invalid'].includes(error.kind);
      if (isFinal) return onState('off');
    }
    onState('waiting');
    await pause(delayMs, signal);
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
