/**
 * What kafkajs pays to write and read a record whose facts stand in 14 headers, against one header that holds all of
 * them, and what a fact costs as JSON: `npm run build && npx node bench/record-headers.ts`. The body is 1 KB.
 * Figures: docs/adr/0002-one-delivery-header.md and 0003.
 */
import { decodeDelivery, encodeDelivery, type Delivery, type RecordHeaders } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';

type EncodeRecord = (record: { key: Buffer; value: Buffer; headers: RecordHeaders }) => { buffer: Buffer };
type DecodeRecord = (decoder: object, batch: object) => { headers: Record<string, Buffer> };
interface ReadsBytes {
  readVarInt(): number;
}
type DecoderClass = new (bytes: Buffer) => ReadsBytes;

// Not public, and the very code that a consumer and a producer run.
const load = createRequire(import.meta.url);
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as EncodeRecord;
const decodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/decoder.js') as DecodeRecord;
const Decoder = load('kafkajs/src/protocol/decoder.js') as DecoderClass;

const delivery: Delivery = {
  deliveryId: deliveryIdOf('01234567890123456789a', 'event-1'),
  tenantId: 'default',
  eventId: 'event-1',
  eventType: 'User.Data.Updated',
  round: 0,
  attemptNumber: 1,
  deferrals: 0,
  firstScheduledAtMs: 1_790_000_000_000,
  roundStartedAtMs: 1_790_000_000_500,
  webhookEpoch: 1,
  webhookVersion: 12,
  sourceTopic: 'auth-events',
  sourcePartition: 3,
  sourceOffset: 123_456_789,
};

const batch = { firstOffset: '0', firstTimestamp: '1790000000000', magicByte: 2 };
const key = Buffer.from('01234567890123456789a');
const value = Buffer.alloc(1024, 'x');
const manyHeaders = Object.fromEntries(Object.entries(delivery).map(([name, field]) => [name, String(field)]));

function manyToDelivery(headers: Record<string, Buffer>): Delivery {
  const text = (name: string) => headers[name]?.toString() ?? '';
  const number = (name: string) => Number(text(name));
  return {
    deliveryId: text('deliveryId') as Delivery['deliveryId'],
    tenantId: text('tenantId'),
    eventId: text('eventId'),
    eventType: text('eventType'),
    round: number('round'),
    attemptNumber: number('attemptNumber'),
    deferrals: number('deferrals'),
    firstScheduledAtMs: number('firstScheduledAtMs'),
    roundStartedAtMs: number('roundStartedAtMs'),
    webhookEpoch: number('webhookEpoch'),
    webhookVersion: number('webhookVersion'),
    sourceTopic: text('sourceTopic'),
    sourcePartition: number('sourcePartition'),
    sourceOffset: number('sourceOffset'),
  };
}

/** The best of five runs, in µs for one call. */
function measureUs(work: () => unknown): number {
  const calls = 50_000;
  let best = Infinity;
  for (let run = 0; run < 5; run++) {
    const began = process.hrtime.bigint();
    for (let call = 0; call < calls; call++) work();
    best = Math.min(best, Number(process.hrtime.bigint() - began) / 1000 / calls);
  }
  return best;
}

function readRecord(bytes: Buffer): Record<string, Buffer> {
  const decoder = new Decoder(bytes);
  decoder.readVarInt();
  return decodeRecord(decoder, batch).headers;
}

function report(
  name: string,
  headersOf: () => RecordHeaders,
  read: (headers: Record<string, Buffer>) => unknown,
): void {
  const bytes = encodeRecord({ key, value, headers: headersOf() }).buffer;
  const writeUs = measureUs(() => encodeRecord({ key, value, headers: headersOf() }));
  const decodeUs = measureUs(() => readRecord(bytes));
  const readUs = measureUs(() => read(readRecord(bytes)));
  const figures = [writeUs, decodeUs, readUs].map((us) => us.toFixed(1).padStart(6));
  console.log(
    `${name.padEnd(10)} write ${figures[0]} µs   decode ${figures[1]} µs   decode and parse ${figures[2]} µs`,
  );
}

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
report('14 headers', () => manyHeaders, manyToDelivery);
report('1 header', () => encodeDelivery(delivery), decodeDelivery);

const samplePath = join(import.meta.dirname, '../libs/contracts/samples/attempted-succeeded.json');
const sample = JSON.parse(readFileSync(samplePath, 'utf8')) as { readonly value: string };
const fact: unknown = JSON.parse(sample.value);
const stringifyUs = measureUs(() => JSON.stringify(fact)).toFixed(1);
const parseUs = measureUs(() => JSON.parse(sample.value)).toFixed(1);
console.log(`a fact of ${sample.value.length} bytes: stringify ${stringifyUs} µs, parse ${parseUs} µs`);
