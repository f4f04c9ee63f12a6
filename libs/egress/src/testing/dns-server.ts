import type { Socket } from 'node:dgram';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

/** What the server says of a name: addresses of both families, an error, or nothing at all. */
export type Says = readonly string[] | 'no-such-name' | 'server-failure' | 'silence';

const RESPONSE_CODES = { 'server-failure': 2, 'no-such-name': 3 } as const;
const TYPE_A = 1;
const TYPE_NS = 2;
const TYPE_AAAA = 28;

/** A name server on loopback that says what a test tells it to, over UDP (RFC 1035, section 4.1). */
export class DnsServer {
  /** Of names not in it there is no such name. The root `.` is asked for to see whether the server lives. */
  readonly zone = new Map<string, Says>([['.', []]]);
  /** Overrides the zone for IPv6 addresses alone. */
  readonly zoneV6 = new Map<string, Says>();
  /** Every question so far, as `hooks.test A`. */
  readonly questions: string[] = [];
  ttlSeconds = 60;
  /** As the setting of a resolver names it. */
  readonly address: string;
  readonly #socket: Socket;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.address = `127.0.0.1:${socket.address().port}`;
    socket.on('message', (message, from) => {
      const answer = this.#answer(message);
      if (answer !== undefined) socket.send(answer, from.port, from.address);
    });
  }

  static async start(): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsServer(socket);
  }

  close(): void {
    if (!this.#isClosed) this.#socket.close();
    this.#isClosed = true;
  }

  #answer(message: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = 12;
    for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
      labels.push(message.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const name = labels.join('.').toLowerCase() || '.';
    const type = message.readUInt16BE(at + 1);
    this.questions.push(`${name} ${{ [TYPE_A]: 'A', [TYPE_NS]: 'NS', [TYPE_AAAA]: 'AAAA' }[type] ?? type}`);
    const says = (type === TYPE_AAAA ? this.zoneV6.get(name) : undefined) ?? this.zone.get(name) ?? 'no-such-name';
    if (says === 'silence') return undefined;
    const question = message.subarray(12, at + 5);
    const records = typeof says === 'string' ? [] : this.#records(says, type);
    const header = Buffer.alloc(12);
    message.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (typeof says === 'string' ? RESPONSE_CODES[says] : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    return Buffer.concat([header, question, ...records]);
  }

  #records(addresses: readonly string[], type: number): Buffer[] {
    return addresses
      .filter((address) => (isIPv4(address) ? TYPE_A : TYPE_AAAA) === type)
      .map((address) => {
        const data = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : bytesOfIPv6(address);
        const head = Buffer.alloc(12);
        head.writeUInt16BE(0xc00c, 0);
        head.writeUInt16BE(type, 2);
        head.writeUInt16BE(1, 4);
        head.writeUInt32BE(this.ttlSeconds, 6);
        head.writeUInt16BE(data.length, 10);
        return Buffer.concat([head, data]);
      });
  }
}

function bytesOfIPv6(address: string): Buffer {
  const [before = [], after] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = after === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...(after ?? [])].map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
