import { waitFor } from '@signalbox/testing';
import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { RecordedPost } from './delivery-audit.ts';
import { TurnWatch } from './turn-watch.ts';

export interface Reply {
  readonly status: number;
  readonly delayMs: number;
}

/** Decides by the path and how many POSTs of this delivery came before. */
export type Replies = (path: string, earlier: number) => Reply;

export const hashOf = (body: string | Buffer): string => createHash('sha1').update(body).digest('base64');

/** The endpoints of all customers of a chaos run; notes of each POST when it came, over which connection, and its answer. */
export class RecordingReceiver implements AsyncDisposable {
  readonly posts: RecordedPost[] = [];
  /** Told of each POST and of each answer. */
  readonly watch = new TurnWatch();
  /** Deliveries that had a 2xx. */
  readonly succeeded = new Set<string>();
  private readonly server: Server;
  private readonly connections = new WeakMap<Socket, Pick<RecordedPost, 'connectedAtMs' | 'connection'>>();
  private connectionCount = 0;
  private readonly countById = new Map<string, number>();

  private constructor(private readonly replies: Replies) {
    this.server = createServer((request, response) => void this.receive(request, response));
    this.server.on('connection', (socket) =>
      this.connections.set(socket, { connectedAtMs: Date.now(), connection: ++this.connectionCount }),
    );
    // A sender keeps its connections; closing them under it would look like faults of its own.
    this.server.keepAliveTimeout = 120_000;
  }

  static async start(replies: Replies): Promise<RecordingReceiver> {
    const receiver = new RecordingReceiver(replies);
    await new Promise<void>((resolve, reject) => {
      receiver.server.once('error', reject);
      receiver.server.listen(0, '127.0.0.1', resolve);
    });
    return receiver;
  }

  urlOf(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** Resolves when all of a process that has ended was read: what it had sent came, and its connections are closed. */
  async allClosed(timeoutMs: number): Promise<void> {
    let closedLooks = 0;
    // More than once: what still waits to be accepted is no connection yet.
    const isClosed = async (): Promise<boolean> => {
      const open = await new Promise<number>((resolve) => this.server.getConnections((_, count) => resolve(count)));
      closedLooks = open === 0 ? closedLooks + 1 : 0;
      return closedLooks === 3;
    };
    await waitFor(isClosed, { what: 'all connections to be closed', timeoutMs, everyMs: 10 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch {
      // Its process was killed in the middle of it: there was no POST.
      return;
    }
    const receivedAtMs = Date.now();
    const deliveryId = String(message.headers['webhook-id']);
    const earlier = this.countById.get(deliveryId) ?? 0;
    this.countById.set(deliveryId, earlier + 1);
    const { status, delayMs } = this.replies(message.url ?? '', earlier);
    const post: RecordedPost = {
      deliveryId,
      bodyHash: hashOf(Buffer.concat(chunks)),
      status,
      receivedAtMs,
      ...(this.connections.get(message.socket) ?? { connectedAtMs: receivedAtMs, connection: 0 }),
      answeredAtMs: undefined,
    };
    this.posts.push(post);
    this.watch.tell();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (message.socket.destroyed) return;
    response.writeHead(status).end();
    post.answeredAtMs = Date.now();
    if (status >= 200 && status < 300) this.succeeded.add(deliveryId);
    this.watch.tell();
  }
}
