import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Stands between a client and a server on 127.0.0.1, and can make the server vanish without a word. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<Socket>();
  #isFrozen = false;

  private constructor(target: { readonly host: string; readonly port: number }) {
    // A frozen server reads no goodbye either, so nothing is closed before `close`.
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const server = connect({ ...target, allowHalfOpen: true });
      this.#clients.add(client);
      this.#join(client, server);
      this.#join(server, client);
    });
  }

  /** Listens on a free port, or on `listenPort`, in front of the host and port of `url`. */
  static async start(url: string, listenPort = 0): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy({ host: hostname, port: Number(port) });
    await new Promise<void>((resolve) => proxy.#server.listen(listenPort, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `url` with this proxy in the server's place. */
  inFrontOf(url: string): string {
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String(this.port);
    return through.href;
  }

  /** From now on no byte goes either way, and nobody is told. New connections are accepted, as by a kernel. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Says to every client what the server did not say. */
  inject(bytes: Buffer): void {
    for (const client of this.#clients) client.write(bytes);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (data: Buffer) => to.write(data));
    if (this.#isFrozen) from.pause();
    from.on('end', () => {
      if (!this.#isFrozen) to.end();
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      this.#clients.delete(from);
      if (!this.#isFrozen) to.destroy();
    });
  }
}
