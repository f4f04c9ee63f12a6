import { session } from '../session/session.ts';
import { apiErrorOf, offlineError } from './api-error.ts';

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
}

/**
 * The events of `path`, by `fetch`: `EventSource` cannot send a credential. Ends when the server ends the stream.
 * @throws ApiError when it is refused, cannot be reached or breaks off
 */
export async function* eventStream(path: string, options: EventStreamOptions): AsyncGenerator<ServerSentEvent> {
  const { token } = session.state;
  const headers = new Headers({ accept: 'text/event-stream' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (options.lastEventId !== undefined) headers.set('last-event-id', options.lastEventId);
  const response = await fetch(path, { headers, cache: 'no-store', signal: options.signal }).catch(rethrown);
  if (!response.ok) {
    const error = apiErrorOf(response, await response.text());
    if (error.kind === 'unauthorized') session.refused(headers.get('authorization'));
    throw error;
  }
  options.onOpen?.();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read().catch(rethrown);
    if (done) return;
    yield* parser.push(value);
  }
}

/** Takes the text as it comes, in pieces that end anywhere. */
export class EventParser {
  #rest = '';
  #id: string | undefined;
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

  #take(): ServerSentEvent[] {
    const event = { id: this.#id, type: this.#type, data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.#type = 'message';
    return isEmpty ? [] : [event];
  }
}

function rethrown(error: unknown): never {
  throw error instanceof DOMException && error.name === 'AbortError' ? error : offlineError(error);
}
