import type { BytesReader } from './bytes-reader.ts';
import type { LogHeaders } from './log-record.ts';
import { RecordFault } from './log-record.ts';

/** More are not read: a record's headers are its publisher's to choose, and each costs every reader of it. */
export const MAX_HEADERS = 256;

type CollectedValue = Buffer | (Buffer | null)[] | null;

/**
 * Reads a record's headers: by name, several of one name as an array. Above {@link MAX_HEADERS} it reads none and says so.
 * kafkajs would copy all of them for each further one: a hundred thousand, which 1 MiB holds, block it beyond a session.
 */
export function readHeaders(reader: BytesReader): LogHeaders | RecordFault {
  const count = reader.varInt();
  if (count > MAX_HEADERS) {
    return new RecordFault('headers', `the record has ${count} headers; at most ${MAX_HEADERS} are read`);
  }
  const headers: Record<string, CollectedValue> = {};
  for (let index = 0; index < count; index++) {
    const name = reader.text(reader.varInt());
    const value = reader.varBytes();
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (before === undefined) define(headers, name, value);
    else if (Array.isArray(before)) before.push(value);
    else define(headers, name, [before, value]);
  }
  return headers as LogHeaders;
}

/** A header may be called `__proto__`, which an assignment would not store. */
function define(headers: Record<string, CollectedValue>, name: string, value: CollectedValue): void {
  if (name === '__proto__') {
    Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    headers[name] = value;
  }
}
