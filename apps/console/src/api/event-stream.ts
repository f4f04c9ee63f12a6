import { session } from '../session/session.ts';
import { apiErrorOf, offlineError, type ApiError } from './api-error.ts';
import { SilenceWatch } from './silence-watch.ts';

/** One Server-Sent Event (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface ServerSentEvent {
  readonly id: string | undefined;
  /** `message` where the server named none. */
  readonly type: string;
  readonly data: string;
}

export interface EventStreamOptions {
  readonly signal: AbortSignal;
  /** Where to go on from. */
  readonly lastEventId?: string | undefined;
  readonly onOpen?: () => void;
  /** After so long without a byte the connection is taken for dead; the server sends some every 15 s. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 45_000;
/** What only moves on where to go on from is told as an event of this type. */
export const POSITION = 'position';

/**
 * The events of `path`, by `fetch`: `EventSource` cannot send a credential. Ends when the server ends the stream.
 * @throws ApiError when it is refused, cannot be reached, breaks off or goes silent
 */
export async function* eventStream(path: string, options: EventStreamOptions): AsyncGenerator<ServerSentEvent> {
  const watch = new SilenceWatch(options.silenceMs ?? SILENCE_MS);
  const signal = AbortSignal.any([options.signal, watch.signal]);
  const rethrown = (error: unknown): never => {
    throw options.signal.aborted ? error : offlineError(error);
  };
  const headers = headersOf(options, session.state.token);
  try {
    const response = await fetch(path, { headers, cache: 'no-store', signal }).catch(rethrown);
    if (!response.ok) throw await refusalOf(response, headers);
    options.onOpen?.();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) return;
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read().catch(rethrown);
      if (done) return;
      watch.heard();
      yield* parser.push(value);
    }
  } finally {
    watch.stop();
  }
}

function headersOf({ lastEventId }: EventStreamOptions, token: string | undefined): Headers {
  const headers = new Headers({ accept: 'text/event-stream' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (lastEventId !== undefined) headers.set('last-event-id', lastEventId);
  return headers;
}

async function refusalOf(response: Response, headers: Headers): Promise<ApiError> {
  const error = apiErrorOf(response, await response.text());
  if (error.kind === 'unauthorized') session.refused(headers.get('authorization'));
  return error;
}

/** Takes the text as it comes, in pieces that end anywhere. */
export class EventParser {
  #rest = '';
  #id: string | undefined;
  #toldId: string | undefined;
  #type = 'message';
  #data: string[] = [];

  push(text: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    const lines = `${this.#rest}${text}`.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') events.push(...this.#take());
      else this.#field(line);
    }
    return events;
  }

  #field(line: string): void {
    const [name = '', ...rest] = line.split(':');
    const value = rest.join(':').replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#type = value;
    else if (name === 'id') this.#id = value;
  }

  /** A heartbeat has no data, and moves the id on all the same. */
  #take(): ServerSentEvent[] {
    const event = { id: this.#id, type: this.#type, data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    const hasMoved = this.#id !== this.#toldId;
    this.#data = [];
    this.#type = 'message';
    this.#toldId = this.#id;
    if (!isEmpty) return [event];
    return hasMoved ? [{ ...event, type: POSITION }] : [];
  }
}
