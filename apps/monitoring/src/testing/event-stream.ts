import { IDENTITY_HEADER } from '@signalbox/identity';
import { waitFor } from '@signalbox/testing';
import type { RunningMonitoring } from './running-monitoring.ts';

export interface StreamedEvent {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
}

/** Reads Server-Sent Events as the console does, and remembers the last id. */
export class EventStream {
  readonly events: StreamedEvent[] = [];
  readonly path: string;
  lastId: string | undefined;
  comments = 0;
  /** Null while it is not connected. */
  #reading: AbortController | null = null;

  constructor(path: string) {
    this.path = path;
  }

  get isConnected(): boolean {
    return this.#reading !== null;
  }

  /** Connects, behind the last event seen where there is one, and resolves with the status when the answer begins. */
  async connect(monitoring: RunningMonitoring): Promise<number> {
    const reading = new AbortController();
    this.#reading = reading;
    const response = await fetch(`${monitoring.url}${this.path}`, {
      headers: {
        [IDENTITY_HEADER]: await monitoring.identity(),
        ...(this.lastId !== undefined && { 'last-event-id': this.lastId }),
      },
      signal: reading.signal,
    });
    if (response.ok && response.body !== null) void this.#read(response.body, reading);
    else this.#reading = null;
    return response.status;
  }

  close(): void {
    this.#reading?.abort();
    this.#reading = null;
  }

  named(name: string): readonly StreamedEvent[] {
    return this.events.filter((event) => event.name === name);
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    await waitFor(condition, { what, timeoutMs: 20_000 });
  }

  async #read(body: ReadableStream<Uint8Array>, reading: AbortController): Promise<void> {
    let text = '';
    try {
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        if (this.#reading !== reading) return;
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // The instance went away; what was not whole was not seen.
    }
    if (this.#reading === reading) this.#reading = null;
  }

  #take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.comments++;
      else fields.set(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2));
    }
    const id = fields.get('id');
    if (id !== undefined) this.lastId = id;
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({ id: id ?? '', name: fields.get('event') ?? 'message', data: JSON.parse(data) as unknown });
  }
}
