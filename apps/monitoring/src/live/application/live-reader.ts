import { BoundedBuffer } from '../domain/bounded-buffer.ts';
import { eventText, heartbeatText } from '../domain/event-stream.ts';
import type { LiveFilter } from '../domain/live-event.ts';
import { isWanted, liveEventOf } from '../domain/live-event.ts';
import type { Positions } from '../domain/positions.ts';
import { encodePositions, furthest } from '../domain/positions.ts';
import type { LiveRecord } from './live-log.port.ts';
import type { LiveObserver, LiveSink, SkipReason } from './live-sink.port.ts';

/** Characters held for a reader who does not take them as they come; beyond that the oldest events are left out, and it is told. */
const MAX_BUFFERED_LENGTH = 4 * 1024 * 1024;
/** The same of what comes while it is being given what it missed. */
const MAX_HELD_RECORDS = 5_000;

interface HeldRecord {
  readonly record: LiveRecord;
  readonly positions: Positions;
}

/** One reader of the feed. Whatever it does costs the others nothing: it is written to as far as it takes, and never waited for. */
export class LiveReader {
  readonly filter: LiveFilter;
  readonly #sink: LiveSink;
  readonly #observer: LiveObserver;
  readonly #buffer = new BoundedBuffer(MAX_BUFFERED_LENGTH);
  /** What the reader has had: below these offsets nothing is sent again. */
  #had: Positions;
  /** What came while it is being given what it missed; undefined when it is not. */
  #held: HeldRecord[] | undefined;
  /** What of that was too much to hold. */
  #heldLost = 0;
  #isWritable = true;

  constructor(filter: LiveFilter, sink: LiveSink, observer: LiveObserver, had: Positions) {
    this.filter = filter;
    this.#sink = sink;
    this.#observer = observer;
    this.#had = had;
    sink.onDrain(() => {
      this.#isWritable = true;
      this.#flush();
    });
  }

  /** The first event. With `isBehind`, what comes is held until `caughtUp`. */
  begin(isBehind: boolean): void {
    if (isBehind) this.#held = [];
    this.#push('ready', this.#had, '{}');
  }

  /** Of the log as it grows; `positions` are those behind the record. */
  onRecord(record: LiveRecord, positions: Positions): void {
    if (record.offset < (this.#had[record.partition] ?? 0)) return;
    if (record.fact === undefined || !isWanted(record.fact, this.filter)) return;
    if (this.#held === undefined) {
      this.#show(record, furthest(this.#had, positions));
      return;
    }
    this.#held.push({ record, positions: [...positions] });
    if (this.#held.length <= MAX_HELD_RECORDS) return;
    this.#held.shift();
    this.#heldLost++;
  }

  /** A record that it missed. What it has had moves on with it. */
  onMissed(record: LiveRecord): void {
    const { partition, offset, fact } = record;
    if (offset < (this.#had[partition] ?? 0)) return;
    this.#had = this.#had.map((had, index) => (index === partition ? offset + 1 : had));
    if (fact !== undefined && isWanted(fact, this.filter)) this.#show(record, this.#had);
  }

  /** It has had all up to here, and goes on with what was held meanwhile. */
  caughtUp(positions: Positions): void {
    this.#had = positions;
    const held = this.#held ?? [];
    this.#held = undefined;
    if (this.#heldLost > 0) this.#skip('slow-reader', this.#heldLost, positions);
    for (const { record, positions: behind } of held) {
      if (record.offset >= (this.#had[record.partition] ?? 0)) this.#show(record, furthest(this.#had, behind));
    }
  }

  tooFarBehind(count: number, positions: Positions): void {
    this.#had = positions;
    this.#skip('too-far-behind', count, positions);
  }

  heartbeat(positions: Positions): void {
    if (!this.#isWritable || !this.#buffer.isEmpty) return;
    const reached = this.#held === undefined ? furthest(this.#had, positions) : this.#had;
    this.#isWritable = this.#sink.write(heartbeatText(encodePositions(reached)));
  }

  end(): void {
    this.#sink.end();
  }

  #show({ fact }: LiveRecord, positions: Positions): void {
    if (fact === undefined) return;
    const { name, data } = liveEventOf(fact);
    this.#push(name, positions, data);
    this.#observer.onSent();
  }

  #skip(reason: SkipReason, count: number, positions: Positions): void {
    this.#push('skipped', positions, JSON.stringify({ count, reason }));
    this.#observer.onSkipped(reason, count);
  }

  #push(name: string, positions: Positions, data: string): void {
    const id = encodePositions(positions);
    this.#buffer.add({ id, text: eventText(name, id, data) });
    this.#flush();
  }

  #flush(): void {
    while (this.#isWritable) {
      const skipped = this.#buffer.takeSkipped();
      if (skipped !== undefined) {
        const { count, id } = skipped;
        this.#observer.onSkipped('slow-reader', count);
        this.#isWritable = this.#sink.write(eventText('skipped', id, JSON.stringify({ count, reason: 'slow-reader' })));
        continue;
      }
      const event = this.#buffer.take();
      if (event === undefined) return;
      this.#isWritable = this.#sink.write(event.text);
    }
  }
}
