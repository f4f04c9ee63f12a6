import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '../wait-for.ts';

/** One request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Lowercase names; of repeated ones Node's joining. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name and value alternating, in order and case as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** Unix ms, when the body was complete. */
  readonly receivedAtMs: number;
  /** From 1, among all requests of this receiver. */
  readonly number: number;
}

export interface Answer {
  /** 200 by default. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Before the first byte of the answer. */
  readonly delayMs?: number;
  /** `hang`: never answers; `reset`: closes the connection without an answer. */
  readonly fault?: 'hang' | 'reset';
}

export type Responder = (request: ReceivedRequest) => Answer | number | Promise<Answer | number>;

/** An endpoint of a customer on loopback: keeps what it is sent, raw, and answers as told. */
export class ReceiverServer {
  readonly requests: ReceivedRequest[] = [];
  readonly #server: Server;
  #responder: Responder = () => 200;

  private constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
    // A sender keeps its connections; closing them under it would look like faults of its own.
    this.#server.keepAliveTimeout = 120_000;
  }

  /** Listens on a free port of 127.0.0.1, or on `port`. Answers 200 until told otherwise. */
  static async start(options: { readonly port?: number } = {}): Promise<ReceiverServer> {
    const receiver = new ReceiverServer();
    await receiver.#listen(options.port ?? 0);
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `http://127.0.0.1:<port>/hook`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Answers the next requests one by one; the last answer also goes to all that follow. */
  answer(...answers: readonly [Answer | number, ...(Answer | number)[]]): void {
    const queue = [...answers];
    this.#responder = () => (queue.length > 1 ? queue.shift() : queue[0]) ?? 200;
  }

  /** Decides each answer by the request. */
  answerBy(responder: Responder): void {
    this.#responder = responder;
  }

  /** Resolves with all requests when there are at least `count`. */
  async waitForRequests(count: number, timeoutMs = 10_000): Promise<readonly ReceivedRequest[]> {
    await waitFor(
      () => {
        if (this.requests.length < count) throw new Error(`there are ${this.requests.length}`);
        return true;
      },
      { what: `${count} requests at the receiver`, timeoutMs },
    );
    return this.requests;
  }

  /** Ends all connections, hanging ones too. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  async #receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const request: ReceivedRequest = {
      method: message.method ?? '',
      path: message.url ?? '',
      headers: message.headers as Record<string, string>,
      rawHeaders: message.rawHeaders,
      body: Buffer.concat(chunks),
      receivedAtMs: Date.now(),
      number: this.requests.length + 1,
    };
    this.requests.push(request);
    const decided = await this.#responder(request);
    const answer: Answer = typeof decided === 'number' ? { status: decided } : decided;
    if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
    if (answer.fault === 'hang') return;
    if (answer.fault === 'reset') {
      message.socket.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status ?? 200, answer.headers as Record<string, string>).end(answer.body);
  }
}
