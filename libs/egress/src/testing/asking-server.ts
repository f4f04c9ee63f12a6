import { createCipheriv, createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from '@signalbox/testing';
import { serveOver } from './tls-over.ts';

const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const HELLO_REQUEST = Buffer.alloc(4);

/**
 * The server's side of a TLS 1.2 connection that asks for handshakes anew though each was refused, which no library does
 * (RFC 5246, sections 6.3 and 7.4.1.1; RFC 5288). To be used from the first request on, for all that is said.
 */
export class AskingServer {
  /** For reading alone. */
  readonly tls: TLSSocket;
  readonly #tcp: Socket;
  #key: Buffer = Buffer.alloc(0);
  #iv: Buffer = Buffer.alloc(0);
  /** The end of the handshake was the first record under the keys. */
  #sequence = 1n;

  constructor(tcp: Socket, certificate: Certificate) {
    this.#tcp = tcp;
    const options = { ...certificate, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' } as const;
    this.tls = serveOver(tcp, options, (_label, clientRandom, master, hello) => {
      const serverRandom = hello.subarray(11, 43);
      const keys = expand(master, Buffer.concat([Buffer.from('key expansion'), serverRandom, clientRandom]), 40);
      this.#key = keys.subarray(16, 32);
      this.#iv = keys.subarray(36, 40);
    });
  }

  says(text: string): void {
    this.#tcp.write(this.#record(APPLICATION_DATA, Buffer.from(text)));
  }

  asks(count: number): void {
    this.#tcp.write(Buffer.concat(Array.from({ length: count }, () => this.#record(HANDSHAKE, HELLO_REQUEST))));
  }

  #record(type: number, content: Buffer): Buffer {
    const sequence = Buffer.alloc(8);
    sequence.writeBigUInt64BE(this.#sequence++);
    const head = Buffer.from([type, 3, 3, 0, content.length]);
    const cipher = createCipheriv('aes-128-gcm', this.#key, Buffer.concat([this.#iv, sequence]));
    cipher.setAAD(Buffer.concat([sequence, head]));
    const sealed = Buffer.concat([sequence, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
    head.writeUInt16BE(sealed.length, 3);
    return Buffer.concat([head, sealed]);
  }
}

/** P_SHA256 (RFC 5246, section 5). */
function expand(secret: Buffer, seed: Buffer, lengthBytes: number): Buffer {
  const hmac = (...parts: Buffer[]): Buffer => createHmac('sha256', secret).update(Buffer.concat(parts)).digest();
  const blocks: Buffer[] = [];
  for (let a = hmac(seed); blocks.length * 32 < lengthBytes; a = hmac(a)) blocks.push(hmac(a, seed));
  return Buffer.concat(blocks);
}
