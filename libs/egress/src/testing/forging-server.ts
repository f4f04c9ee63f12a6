import { createCipheriv, createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from '@signalbox/testing';
import { serveOver } from './tls-over.ts';

const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const TAG_BYTES = 16;
/** Records that OpenSSL sends of its own accord under the keys after the handshake: sessions to resume. */
const FIRST_SESSIONS = 2;

/**
 * The server's side of a TLS 1.3 connection that can say what no library would say, as it knows the keys (RFC 8446,
 * sections 4.6, 5.2 and 7). To be used after the first request, and for all that is said.
 */
export class ForgingServer {
  /** For reading alone. */
  readonly tls: TLSSocket;
  readonly #tcp: Socket;
  #secret: Buffer = Buffer.alloc(0);
  #key: Buffer = Buffer.alloc(0);
  #iv: Buffer = Buffer.alloc(0);
  #sequence = FIRST_SESSIONS;

  constructor(tcp: Socket, certificate: Certificate) {
    this.#tcp = tcp;
    this.tls = serveOver(tcp, { ...certificate, ciphers: 'TLS_AES_128_GCM_SHA256' }, (label, _random, secret) => {
      if (label === 'SERVER_TRAFFIC_SECRET_0') this.#takeSecret(secret);
    });
  }

  says(text: string, paddingBytes = 0): void {
    this.#tcp.write(this.#record(APPLICATION_DATA, Buffer.from(text), paddingBytes));
  }

  /** New sessions to resume. */
  makesSessions(count: number): void {
    const lifetimeAndAge = [0, 0, 0, 60, 0, 0, 0, 0];
    const nonceTicketExtensions = [0, 0, 1, 7, 0, 0];
    const message = Buffer.from([4, 0, 0, 14, ...lifetimeAndAge, ...nonceTicketExtensions]);
    this.#tcp.write(Buffer.concat(Array.from({ length: count }, () => this.#record(HANDSHAKE, message))));
  }

  changesKeys(count: number, paddingBytes = 0): void {
    const records: Buffer[] = [];
    for (let index = 0; index < count; index++) {
      records.push(this.#record(HANDSHAKE, Buffer.from([24, 0, 0, 1, 0]), paddingBytes));
      this.#takeSecret(this.#derive('traffic upd', 32));
      this.#sequence = 0;
    }
    this.#tcp.write(Buffer.concat(records));
  }

  #record(type: number, content: Buffer, paddingBytes = 0): Buffer {
    const inner = Buffer.concat([content, Buffer.from([type]), Buffer.alloc(paddingBytes)]);
    const head = Buffer.from([APPLICATION_DATA, 3, 3, 0, 0]);
    head.writeUInt16BE(inner.length + TAG_BYTES, 3);
    const nonce = Buffer.from(this.#iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.#sequence++) >>> 0, 8);
    const cipher = createCipheriv('aes-128-gcm', this.#key, nonce).setAAD(head);
    return Buffer.concat([head, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
  }

  #takeSecret(secret: Buffer): void {
    this.#secret = secret;
    this.#key = this.#derive('key', 16);
    this.#iv = this.#derive('iv', 12);
  }

  /** HKDF-Expand-Label with SHA-256, of no context. */
  #derive(label: string, lengthBytes: number): Buffer {
    const full = Buffer.from(`tls13 ${label}`);
    const info = Buffer.concat([Buffer.from([0, lengthBytes, full.length]), full, Buffer.from([0, 1])]);
    return createHmac('sha256', this.#secret).update(info).digest().subarray(0, lengthBytes);
  }
}
