import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useSession } from '../session/use-session.ts';
import { ApiError } from './api-error.ts';
import { eventStream, POSITION, type ServerSentEvent } from './event-stream.ts';

export type StreamState = 'off' | 'connecting' | 'live' | 'waiting';

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/**
 * Calls `onEvent` for what `path` streams, from now on, until the component goes or `path` is undefined. A stream that
 * breaks off is taken up again where it was, ever later; one that is refused is not, before somebody signs in again.
 */
export function useEventStream(path: string | undefined, onEvent: (event: ServerSentEvent) => void): StreamState {
  const { token, hasEnded } = useSession();
  const [state, setState] = useState<StreamState>('off');
  const take = useEffectEvent(onEvent);
  const lastEventId = useRef<string | undefined>(undefined);
  const isOff = path === undefined || hasEnded;
  useEffect(() => {
    lastEventId.current = undefined;
  }, [path]);
  useEffect(() => {
    if (isOff) return undefined;
    const abort = new AbortController();
    void follow(path, abort.signal, { lastEventId, onEvent: (event) => take(event), onState: setState });
    return () => abort.abort();
  }, [path, isOff, token]);
  return isOff ? 'off' : state;
}

interface Follower {
  /** What was had last: a stream of the same path goes on behind it. */
  readonly lastEventId: { current: string | undefined };
  readonly onEvent: (event: ServerSentEvent) => void;
  readonly onState: (state: StreamState) => void;
}

async function follow(path: string, signal: AbortSignal, follower: Follower): Promise<void> {
  const { lastEventId, onEvent, onState } = follower;
  let delayMs = FIRST_DELAY_MS;
  while (!signal.aborted) {
    onState('connecting');
    try {
      const onOpen = (): void => {
        delayMs = FIRST_DELAY_MS;
        onState('live');
      };
      for await (const event of eventStream(path, { signal, lastEventId: lastEventId.current, onOpen })) {
        lastEventId.current = event.id ?? lastEventId.current;
        if (event.type !== POSITION) onEvent(event);
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
