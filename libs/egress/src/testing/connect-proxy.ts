import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { RawServer } from './raw-server.ts';
import { onRequest, serveRaw } from './raw-server.ts';

/** A forward proxy as operators have them. */
export interface ConnectProxy extends RawServer {
  /** Those that asked for a tunnel, in order. */
  readonly heads: readonly string[];
  /** What it was asked for, in order. */
  readonly authorities: readonly string[];
}

/**
 * @param refusalOf what is answered instead of opening the tunnel; undefined opens it.
 * @param isSilent whether nothing is answered at all.
 */
export async function serveConnect(
  refusalOf: (authority: string) => string | undefined = () => undefined,
  isSilent: () => boolean = () => false,
): Promise<ConnectProxy> {
  const heads: string[] = [];
  const authorities: string[] = [];
  const server = await serveRaw((socket) =>
    onRequest(socket, (head) => {
      // What comes now is not for the proxy.
      socket.removeAllListeners('data');
      const authority = /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head)?.[1] ?? '';
      heads.push(head);
      authorities.push(authority);
      if (isSilent()) return;
      const refusal = refusalOf(authority);
      if (refusal === undefined) openTunnel(socket, authority);
      else socket.end(refusal);
    }),
  );
  return { ...server, heads, authorities };
}

function openTunnel(socket: Socket, authority: string): void {
  const { hostname, port } = new URL(`http://${authority}`);
  const target = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) });
  target.once('connect', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(target).pipe(socket);
  });
  target.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'));
  socket.on('close', () => target.destroy());
}
