import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { createSecureContext, TLSSocket } from 'node:tls';

/**
 * The server's side of TLS over a socket that stays free to be written to.
 *
 * @param onSecret takes the lines of its key log, with the first that it has sent.
 */
export function serveOver(
  tcp: Socket,
  options: SecureContextOptions,
  onSecret: (label: string, clientRandom: Buffer, secret: Buffer, hello: Buffer) => void,
): TLSSocket {
  let hello: Buffer | undefined;
  const below = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      hello ??= Buffer.from(chunk);
      tcp.write(chunk, done);
    },
  });
  tcp.on('data', (chunk) => below.push(chunk));
  tcp.on('close', () => below.destroy());
  const tls = new TLSSocket(below, { isServer: true, secureContext: createSecureContext(options) });
  tls.on('error', () => tcp.destroy());
  tls.on('keylog', (line: Buffer) => {
    const [label = '', random = '', secret = ''] = line.toString().trim().split(' ');
    onSecret(label, Buffer.from(random, 'hex'), Buffer.from(secret, 'hex'), hello ?? Buffer.alloc(0));
  });
  return tls;
}
