import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { SecureVersion, TLSSocket } from 'node:tls';
import type { Certificate } from '@signalbox/testing';

/** A server of sockets, not of HTTP, so that it can misbehave in every way. */
export interface RawServer {
  readonly port: number;
  /** All connections so far, closed ones too. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

export async function serveRaw(
  onConnection: (socket: Socket, index: number) => void,
  host = '127.0.0.1',
): Promise<RawServer> {
  return listen(createServer({ noDelay: true }), 'connection', onConnection, host);
}

export async function serveTls(
  certificate: Certificate,
  onConnection: (socket: TLSSocket) => void,
  maxVersion: SecureVersion = 'TLSv1.3',
): Promise<RawServer> {
  const server = createTlsServer({ ...certificate, maxVersion });
  return listen(server, 'secureConnection', (socket) => onConnection(socket as TLSSocket));
}

/** Calls back for each whole request on the socket, with its head as text. Bodies must have a content-length. */
export function onRequest(socket: Socket, handle: (head: string, body: Buffer) => void): void {
  let read = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    read = Buffer.concat([read, chunk]);
    for (;;) {
      const end = read.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = read.toString('latin1', 0, end);
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (read.length < end + 4 + length) return;
      const body = read.subarray(end + 4, end + 4 + length);
      read = read.subarray(end + 4 + length);
      handle(head, body);
    }
  });
}

export function answerText(text: string, more = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(text)}\r\n${more}\r\n${text}`;
}

async function listen(
  server: Server,
  event: 'connection' | 'secureConnection',
  onConnection: (socket: Socket, index: number) => void,
  host = '127.0.0.1',
): Promise<RawServer> {
  const connections: Socket[] = [];
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  });
  server.on(event, (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    connections.push(socket);
    onConnection(socket, connections.length - 1);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
