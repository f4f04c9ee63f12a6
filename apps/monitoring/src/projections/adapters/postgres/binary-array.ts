/**
 * One-dimensional arrays in Postgres's binary format, for `unnest($1::uuid[], …)`. As text every element is quoted and
 * escaped here and parsed there: bodies of JSON cost the projector more that way than everything else together.
 * pg sends a Buffer as a binary parameter.
 */
type Nullable<T> = readonly (T | null)[];

const OID = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, float8: 701, timestamptz: 1184, uuid: 2950 } as const;
const HEADER_BYTES = 20;
/** Postgres counts from 2000-01-01. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const TWO_TO_32 = 2 ** 32;

export const boolArray = (values: Nullable<boolean>): Buffer =>
  fixed(OID.bool, 1, values, (buffer, at, value) => void buffer.writeUInt8(value ? 1 : 0, at));

export const int4Array = (values: Nullable<number>): Buffer =>
  fixed(OID.int4, 4, values, (buffer, at, value) => void buffer.writeInt32BE(value, at));

/** Whole numbers of at most 2^53. */
export const int8Array = (values: Nullable<number>): Buffer => fixed(OID.int8, 8, values, writeInt8);

export const float8Array = (values: Nullable<number>): Buffer =>
  fixed(OID.float8, 8, values, (buffer, at, value) => void buffer.writeDoubleBE(value, at));

/** Unix milliseconds. */
export const timestampArray = (values: Nullable<number>): Buffer =>
  fixed(OID.timestamptz, 8, values, (buffer, at, ms) => writeInt8(buffer, at, (ms - POSTGRES_EPOCH_MS) * 1_000));

export const uuidArray = (values: Nullable<string>): Buffer =>
  fixed(OID.uuid, 16, values, (buffer, at, value) => void buffer.write(value.replaceAll('-', ''), at, 16, 'hex'));

/** Postgres's text holds no NUL; it becomes U+FFFD, the sign for what cannot be shown. */
export function textArray(values: Nullable<string>): Buffer {
  return varying(
    OID.text,
    values.map((value) => (value === null ? null : Buffer.from(withoutNul(value)))),
  );
}

export const byteaArray = (values: Nullable<Buffer>): Buffer => varying(OID.bytea, values);

function withoutNul(value: string): string {
  return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

function writeInt8(buffer: Buffer, at: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32), at);
  buffer.writeUInt32BE(value >>> 0, at + 4);
}

function fixed<T>(
  oid: number,
  size: number,
  values: Nullable<T>,
  write: (buffer: Buffer, at: number, value: T) => void,
): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (4 + size));
  let at = writeHeader(buffer, oid, values.length);
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    at = buffer.writeInt32BE(size, at);
    write(buffer, at, value);
    at += size;
  }
  return buffer.subarray(0, at);
}

function varying(oid: number, values: Nullable<Buffer>): Buffer {
  const bytes = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), HEADER_BYTES);
  const buffer = Buffer.allocUnsafe(bytes);
  let at = writeHeader(buffer, oid, values.length);
  for (const value of values) {
    at = buffer.writeInt32BE(value?.length ?? -1, at);
    if (value !== null) at += value.copy(buffer, at);
  }
  return buffer.subarray(0, at);
}

function writeHeader(buffer: Buffer, oid: number, length: number): number {
  const dimensions = length === 0 ? 0 : 1;
  buffer.writeInt32BE(dimensions, 0);
  buffer.writeInt32BE(1, 4); // there may be nulls
  buffer.writeInt32BE(oid, 8);
  if (dimensions === 0) return 12;
  buffer.writeInt32BE(length, 12);
  return buffer.writeInt32BE(1, 16); // the first index
}
