/**
 * One-dimensional arrays in Postgres's binary format, for `unnest($1::uuid[], …)`. As text every element is quoted and
 * escaped here and parsed there: bodies of JSON cost the projector more that way than everything else together.
 * pg sends a Buffer as a binary parameter.
 *
 * These loops run for every column of every row, so they write bytes themselves: Buffer's own methods check their
 * arguments, and a Buffer for each text is work for the garbage collector.
 */
export type Read<Row, Value> = (row: Row) => Value | null | undefined;
export type Encode<Value> = <Row>(rows: readonly Row[], read: Read<Row, Value>) => Buffer;

const OID = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, float8: 701, timestamptz: 1184, uuid: 2950 } as const;
const HEADER_BYTES = 20;
/** Postgres counts from 2000-01-01. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const TWO_TO_32 = 2 ** 32;
/** A character of JavaScript takes three bytes of UTF-8 at most. */
const MAX_BYTES_PER_UNIT = 3;
const LAST_ASCII = 0x7f;

export const boolArray: Encode<boolean> = fixed(OID.bool, 1, (view, at, value) => view.setUint8(at, value ? 1 : 0));

export const int4Array: Encode<number> = fixed(OID.int4, 4, (view, at, value) => {
  // setInt32 would wrap silently.
  if (value !== (value | 0)) throw new RangeError(`${value} is no 32-bit number`);
  view.setInt32(at, value);
});

/** Whole numbers of at most 2^53. */
export const int8Array: Encode<number> = fixed(OID.int8, 8, setInt8);

export const float8Array: Encode<number> = fixed(OID.float8, 8, (view, at, value) => view.setFloat64(at, value));

/** Unix milliseconds. */
export const timestampArray: Encode<number> = fixed(OID.timestamptz, 8, (view, at, ms) =>
  setInt8(view, at, (ms - POSTGRES_EPOCH_MS) * 1_000),
);

export const uuidArray: Encode<string> = fixed(OID.uuid, 16, (view, at, value) => {
  let byte = at;
  for (let index = 0; index < value.length; index++) {
    if (value.charCodeAt(index) === DASH) continue;
    view.setUint8(byte++, (nibbleAt(value, index) << 4) | nibbleAt(value, ++index));
  }
  if (byte !== at + 16) throw new TypeError('a UUID has 32 hexadecimal digits');
});

/** Postgres's text holds no NUL; it becomes U+FFFD, the sign for what cannot be shown. */
export const textArray: Encode<string> = (rows, read) => {
  const last = lastOf(rows, read);
  let at = HEADER_BYTES;
  for (let index = 0; index <= last; index++) {
    const value = read(rows[index] as never) ?? null;
    if (value !== null && typeof value !== 'string') throw new TypeError('a text is needed');
    reserve(at, 4 + (value?.length ?? 0) * MAX_BYTES_PER_UNIT);
    const start = at + 4;
    const end = value === null ? start : writeText(value, start);
    scratchView.setInt32(at, value === null ? -1 : end - start);
    at = end;
  }
  return scratched(OID.text, last + 1, at);
};

export const byteaArray: Encode<Buffer> = (rows, read) => {
  const last = lastOf(rows, read);
  let at = HEADER_BYTES;
  for (let index = 0; index <= last; index++) {
    const value = read(rows[index] as never) ?? null;
    reserve(at, 4 + (value?.length ?? 0));
    scratchView.setInt32(at, value?.length ?? -1);
    at += 4;
    if (value === null) continue;
    scratch.set(value, at);
    at += value.length;
  }
  return scratched(OID.bytea, last + 1, at);
};

function fixed<Value>(
  oid: number,
  size: number,
  write: (view: DataView, at: number, value: Value) => void,
): Encode<Value> {
  return (rows, read) => {
    const last = lastOf(rows, read);
    const buffer = Buffer.allocUnsafe(HEADER_BYTES + (last + 1) * (4 + size));
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    let at = writeHeader(view, oid, last + 1);
    for (let index = 0; index <= last; index++) {
      const value = read(rows[index] as never) ?? null;
      view.setInt32(at, value === null ? -1 : size);
      at += 4;
      if (value === null) continue;
      write(view, at, value);
      at += size;
    }
    return buffer.subarray(0, at);
  };
}

/**
 * Index of the last row that has a value. What follows is left out: `unnest` fills shorter arrays up with nulls, and most
 * columns of most batches hold nothing else.
 */
function lastOf<Row>(rows: readonly Row[], read: Read<Row, unknown>): number {
  let last = rows.length - 1;
  while (last >= 0 && (read(rows[last] as Row) ?? null) === null) last--;
  return last;
}

/** Where texts and bytes of unknown length are put together; what is handed out is a copy. */
let scratch = Buffer.allocUnsafeSlow(1024 * 1024);
let scratchView = new DataView(scratch.buffer);

function reserve(at: number, bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(scratch.length * 2, at + bytes));
  larger.set(scratch.subarray(0, at));
  scratch = larger;
  scratchView = new DataView(scratch.buffer);
}

function scratched(oid: number, length: number, end: number): Buffer {
  const headerEnd = writeHeader(scratchView, oid, length);
  return Buffer.from(scratch.subarray(0, length === 0 ? headerEnd : end));
}

/** Buffer's own `write` is the faster one from about so many characters on. */
const LONG_TEXT = 48;

function writeText(value: string, start: number): number {
  if (value.length > LONG_TEXT) return start + scratch.write(withoutNul(value), start);
  let at = start;
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    if (unit === 0 || unit > LAST_ASCII) return start + scratch.write(withoutNul(value), start);
    scratch[at++] = unit;
  }
  return at;
}

function withoutNul(value: string): string {
  return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
}

const DASH = 0x2d;

function nibbleAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10;
  if (code >= 0x41 && code <= 0x46) return code - 0x41 + 10;
  throw new TypeError('a UUID is written in hexadecimal digits');
}

function setInt8(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / TWO_TO_32));
  view.setUint32(at + 4, value >>> 0);
}

function writeHeader(view: DataView, oid: number, length: number): number {
  view.setInt32(0, length === 0 ? 0 : 1);
  view.setInt32(4, 1); // there may be nulls
  view.setInt32(8, oid);
  if (length === 0) return 12;
  view.setInt32(12, length);
  view.setInt32(16, 1); // the first index
  return HEADER_BYTES;
}
