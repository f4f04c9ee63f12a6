import type { LogHeaders } from './log-record.ts';

/** More are not read: a record's headers are its publisher's to choose, and each costs every reader of it. */
export const MAX_HEADERS = 256;

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

type CollectedValue = Buffer | (Buffer | null)[] | null;
type Collected = Record<string, CollectedValue>;

/** In place of the headers of a record that has too many: none of them was read. */
export class UnreadHeaders {
  readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  get fault(): string {
    return `the record has ${this.count} headers; at most ${MAX_HEADERS} are read`;
  }
}

/**
 * Reads `count` headers by `next`: by name, several of one name as an array. Above {@link MAX_HEADERS} it reads none and
 * answers {@link UnreadHeaders}.
 */
export function collectHeaders(count: number, next: () => RecordHeader): LogHeaders | UnreadHeaders {
  if (count > MAX_HEADERS) return new UnreadHeaders(count);
  const headers: Collected = {};
  for (let index = 0; index < count; index++) {
    const { key, value } = next();
    const before = Object.hasOwn(headers, key) ? headers[key] : undefined;
    if (before === undefined) define(headers, key, value);
    else if (Array.isArray(before)) before.push(value);
    else define(headers, key, [before, value]);
  }
  return headers as LogHeaders;
}

/** A header may be called `__proto__`, which an assignment would not store. */
function define(headers: Collected, key: string, value: CollectedValue): void {
  if (key === '__proto__') {
    Object.defineProperty(headers, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    headers[key] = value;
  }
}
