import { EVENT_TYPES } from '@signalbox/domain';

/** Of an event as published. */
export const EVENT_BYTES = 1_024;

const SEQUENCE_DIGITS = 10;
const TIME_DIGITS = 16;
const SEQUENCE_AT = '{"sequence":"'.length;
const TIME_AT = SEQUENCE_AT + SEQUENCE_DIGITS + '","publishedAtUs":"'.length;

/** What is the same in all copies, as first and next offsets. */
const UNSTAMPED = [
  [0, SEQUENCE_AT],
  [SEQUENCE_AT + SEQUENCE_DIGITS, TIME_AT],
  [TIME_AT + TIME_DIGITS, EVENT_BYTES - 1],
] as const;

/** The catalogue's events whose example leaves room for what is measured. */
export const BENCH_EVENTS: readonly string[] = EVENT_TYPES.map(({ name }) => name).filter(
  (name) => template(name, 0) !== undefined,
);

/** Microseconds of a clock that all processes of a machine share, and that nobody sets back. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n);

/** An event's bytes, to be copied and stamped. @throws RangeError for an event that is none of {@link BENCH_EVENTS} */
export function eventTemplate(name: string): Buffer {
  const bare = template(name, 0);
  const padded = bare && template(name, EVENT_BYTES - bare.length);
  if (padded?.length !== EVENT_BYTES) throw new RangeError(`${name} is larger than ${EVENT_BYTES} bytes`);
  return padded;
}

/** A copy that carries its number and when it was published, at places where the receiver finds them without parsing. */
export function stampedEvent(bytes: Buffer, sequence: number, publishedAtUs: number): Buffer {
  const event = Buffer.allocUnsafe(bytes.length);
  bytes.copy(event);
  event.write(String(sequence).padStart(SEQUENCE_DIGITS, '0'), SEQUENCE_AT, 'latin1');
  event.write(String(publishedAtUs).padStart(TIME_DIGITS, '0'), TIME_AT, 'latin1');
  return event;
}

export function readStamp(body: Buffer): { readonly sequence: number; readonly publishedAtUs: number } {
  return {
    sequence: Number(body.toString('latin1', SEQUENCE_AT, SEQUENCE_AT + SEQUENCE_DIGITS)),
    publishedAtUs: Number(body.toString('latin1', TIME_AT, TIME_AT + TIME_DIGITS)),
  };
}

/** Whether `body` begins with a stamped copy of the template, its last byte apart: there `hookId` is spliced in. */
export function isStampedCopy(body: Buffer, bytes: Buffer): boolean {
  return UNSTAMPED.every(([from, to]) => body.compare(bytes, from, to, from, to) === 0);
}

function template(name: string, paddingBytes: number): Buffer | undefined {
  const example = EVENT_TYPES.find((type) => type.name === name)?.example;
  if (example === undefined) return undefined;
  const stamps = { sequence: '0'.repeat(SEQUENCE_DIGITS), publishedAtUs: '0'.repeat(TIME_DIGITS) };
  const bytes = Buffer.from(JSON.stringify({ ...stamps, ...example, padding: 'x'.repeat(paddingBytes) }));
  return bytes.length > EVENT_BYTES ? undefined : bytes;
}
