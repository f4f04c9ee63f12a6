import type { OutgoingRecord } from './log-producer.port.ts';
import type { LogHeaders } from './log-record.ts';

/** Lengths, timestamp and offset deltas of a record in a batch, at most. */
const RECORD_OVERHEAD_BYTES = 32;
/** Two length prefixes. */
const HEADER_OVERHEAD_BYTES = 6;

const byteLength = (value: Buffer | string | null | undefined): number => {
  if (value === null || value === undefined) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
};

/** Bytes a record takes in a batch, never less than it really does. */
export function recordBytes(record: OutgoingRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + byteLength(record.key) + byteLength(record.value);
  const headers = record.headers;
  if (headers === undefined) return bytes;
  for (const name in headers) {
    const value = headers[name];
    const nameBytes = Buffer.byteLength(name) + HEADER_OVERHEAD_BYTES;
    if (Array.isArray(value)) {
      for (const item of value as readonly (Buffer | string)[]) bytes += nameBytes + byteLength(item);
    } else {
      bytes += nameBytes + byteLength(value as Buffer | string | undefined);
    }
  }
  return bytes;
}

/** Headers without those that have no value: kafkajs cannot encode them, and would try for ever. */
export function definedHeaders(headers: LogHeaders | undefined): LogHeaders | undefined {
  for (const name in headers) {
    if (headers[name] !== undefined) continue;
    return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  }
  return headers;
}
