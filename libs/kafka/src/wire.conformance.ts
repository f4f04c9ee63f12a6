import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ISocketFactory } from 'kafkajs';

export const PRODUCE = 0;
export const FETCH = 1;
export const OFFSET_COMMIT = 8;
export const OFFSET_FETCH = 9;
export const HEARTBEAT = 12;
export const SYNC_GROUP = 14;

export interface WireRequest {
  /** The broker's. */
  readonly port: number;
  readonly apiKey: number;
  /** The whole request, its size first. */
  readonly bytes: Buffer;
}

/** An answer to pass on, changed or not; 'cut' closes the connection instead. */
export type WireAnswer = Buffer | 'cut';

/** Stands between a client and its brokers, request by request. */
export class Wire {
  /** Requests wait for it, those behind them too. */
  onRequest: (request: WireRequest) => Promise<void> | void = () => {};
  onAnswer: (request: WireRequest, answer: Buffer) => Promise<WireAnswer> | WireAnswer = (_request, answer) => answer;

  readonly socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const upstream = connect({ host, port }, onConnect);
    return new WireSocket(this, upstream, port) as unknown as Socket;
  };
}

class WireSocket extends Duplex {
  readonly #wire: Wire;
  readonly #upstream: Socket;
  readonly #port: number;
  readonly #waiting = new Map<number, WireRequest>();
  #received = Buffer.alloc(0);
  #sending: Promise<void> = Promise.resolve();
  #answering: Promise<void> = Promise.resolve();

  constructor(wire: Wire, upstream: Socket, port: number) {
    super();
    this.#wire = wire;
    this.#upstream = upstream;
    this.#port = port;
    upstream.on('data', (chunk: Buffer) => this.#receive(chunk));
    upstream.on('end', () => this.push(null));
    upstream.on('close', () => this.push(null));
    upstream.on('error', (error) => this.emit('error', error));
  }

  override _read(): void {}

  /** kafkajs writes one whole request at a time. */
  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const request = { port: this.#port, apiKey: bytes.readInt16BE(4), bytes };
    this.#waiting.set(bytes.readInt32BE(8), request);
    this.#sending = this.#sending.then(async () => {
      await this.#wire.onRequest(request);
      if (!this.#upstream.destroyed) this.#upstream.write(bytes);
    });
    done();
  }

  override _final(done: () => void): void {
    this.#upstream.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#upstream.destroy();
    done(error);
  }

  unref(): this {
    this.#upstream.unref();
    return this;
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4 && this.#received.length >= 4 + this.#received.readInt32BE(0)) {
      const size = 4 + this.#received.readInt32BE(0);
      const answer = this.#received.subarray(0, size);
      this.#received = this.#received.subarray(size);
      this.#answering = this.#answering.then(() => this.#answer(Buffer.from(answer)));
    }
  }

  async #answer(answer: Buffer): Promise<void> {
    const request = this.#waiting.get(answer.readInt32BE(4));
    const passed = request === undefined ? answer : await this.#wire.onAnswer(request, answer);
    if (passed !== 'cut') this.push(passed);
    else this.#upstream.destroy();
  }
}

/** Reads the big-endian fields of requests and answers one after the other. */
export class WireReader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  int16(): number {
    this.at += 2;
    return this.#bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.#bytes.readInt32BE(this.at - 4);
  }

  int64(): number {
    this.at += 8;
    return Number(this.#bytes.readBigInt64BE(this.at - 8));
  }

  skip(bytes: number): this {
    this.at += bytes;
    return this;
  }

  string(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    this.at += length;
    return this.#bytes.toString('utf8', this.at - length, this.at);
  }
}

export interface ProducedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: number;
  readonly firstSequence: number;
  readonly records: number;
}

/** The batches of a produce request (version 7). */
export function producedBatches({ bytes }: WireRequest): ProducedBatch[] {
  const reader = new WireReader(bytes, 12);
  reader.string();
  reader.string();
  reader.skip(6);
  const batches: ProducedBatch[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string() ?? '';
    for (let partitions = reader.int32(); partitions > 0; partitions--) {
      const partition = reader.int32();
      const size = reader.int32();
      const end = reader.at + size;
      const records = reader.skip(23).int32() + 1;
      const producerId = reader.skip(16).int64();
      const firstSequence = reader.skip(2).int32();
      batches.push({ topic, partition, producerId, firstSequence, records });
      reader.at = end;
    }
  }
  return batches;
}

/** The same produce answer (version 7) with this error code for every partition. */
export function failProduce(answer: Buffer, errorCode: number): Buffer {
  const reader = new WireReader(answer, 8);
  for (let topics = reader.int32(); topics > 0; topics--) {
    reader.string();
    for (let partitions = reader.int32(); partitions > 0; partitions--) {
      answer.writeInt16BE(errorCode, reader.skip(4).at);
      reader.skip(2 + 24);
    }
  }
  return answer;
}

export interface FetchedBytes {
  readonly topic: string;
  readonly partition: number;
  /** Where its error code lies. */
  readonly errorAt: number;
  /** Where its records begin, their size first. */
  readonly recordsAt: number;
  readonly recordsSize: number;
}

/** The partitions of a fetch answer (version 11). */
export function fetchedPartitions(answer: Buffer): FetchedBytes[] {
  const reader = new WireReader(answer, 18);
  const partitions: FetchedBytes[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string() ?? '';
    for (let count = reader.int32(); count > 0; count--) {
      const partition = reader.int32();
      const errorAt = reader.at;
      reader.skip(2 + 24);
      const aborted = reader.int32();
      reader.skip(Math.max(0, aborted) * 16 + 4);
      const recordsAt = reader.at;
      const recordsSize = reader.int32();
      reader.skip(Math.max(0, recordsSize));
      partitions.push({ topic, partition, errorAt, recordsAt, recordsSize });
    }
  }
  return partitions;
}

/** The partitions of a fetch request (version 11), each from which offset on. */
export function askedPositions({ bytes }: WireRequest): { topic: string; partition: number; offset: number }[] {
  const reader = new WireReader(bytes, 12);
  reader.string();
  reader.skip(4 * 4 + 1 + 8);
  const asked: { topic: string; partition: number; offset: number }[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string() ?? '';
    for (let count = reader.int32(); count > 0; count--) {
      const partition = reader.int32();
      asked.push({ topic, partition, offset: reader.skip(4).int64() });
      reader.skip(8 + 4);
    }
  }
  return asked;
}

/** The same fetch answer (version 11), of one partition, without the first `bytesOf` its records. */
export function withoutRecords(answer: Buffer, bytesOf: (records: Buffer) => number): Buffer {
  const [first, ...others] = fetchedPartitions(answer);
  if (first === undefined || others.length > 0 || first.recordsSize <= 0) return answer;
  const begin = first.recordsAt + 4;
  const records = answer.subarray(begin, begin + first.recordsSize);
  const kept = records.subarray(bytesOf(records));
  const changed = Buffer.concat([answer.subarray(0, begin), kept, answer.subarray(begin + first.recordsSize)]);
  changed.writeInt32BE(kept.length, first.recordsAt);
  changed.writeInt32BE(changed.length - 4, 0);
  return changed;
}

/** The size of the first record batch. */
export const firstBatchBytes = (records: Buffer): number => 12 + records.readInt32BE(8);

/** The same answer to an offset commit (version 5) with this error code for every partition. */
export function failCommit(answer: Buffer, errorCode: number): Buffer {
  const reader = new WireReader(answer, 12);
  for (let topics = reader.int32(); topics > 0; topics--) {
    reader.string();
    for (let partitions = reader.int32(); partitions > 0; partitions--) {
      answer.writeInt16BE(errorCode, reader.skip(4).at);
      reader.skip(2);
    }
  }
  return answer;
}
