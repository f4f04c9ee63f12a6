import { BoundedBuffer } from '../domain/bounded-buffer.ts';
import { eventText, heartbeatText } from '../domain/event-stream.ts';
import type { LiveFilter, NamedEvent } from '../domain/live-event.ts';
import { isWanted, liveEventOf } from '../domain/live-event.ts';
import type { Positions } from '../domain/positions.ts';
import { encodePositions, furthest } from '../domain/positions.ts';
import type { LiveRecord } from './live-log.port.ts';
import type { LiveObserver, LiveSink, SkipReason } from './live-sink.port.ts';

/** An event that waits until its reader has had what it missed. */
interface HeldEvent extends NamedEvent {
  readonly partition: number;
  readonly offset: number;
  readonly positions: Positions;
}

export interface LiveReaderParts {
  readonly filter: LiveFilter;
  readonly sink: LiveSink;
  readonly observer: LiveObserver;
  /** Characters that may be held for it now; beyond that the oldest events are left out, and it is told. */
  readonly maxLength: () => number;
}

/** One reader of the feed. Whatever it does costs the others nothing: it is written to as far as it takes, and never waited for. */
export class LiveReader {
  readonly filter: LiveFilter;
  readonly #sink: LiveSink;
  readonly #observer: LiveObserver;
  readonly #maxLength: () => number;
  readonly #buffer: BoundedBuffer;
  readonly #gone = new AbortController();
  /** What the reader has had: below these offsets nothing is sent again. */
  #had: Positions;
  /** What came while it is being given what it missed; undefined when it is not. */
  #held: HeldEvent[] | undefined;
  #heldLength = 0;
  /** What of that was too much to hold. */
  #heldLost = 0;
  #isWritable = true;

  constructor({ filter, sink, observer, maxLength }: LiveReaderParts, had: Positions) {
    this.filter = filter;
    this.#sink = sink;
    this.#observer = observer;
    this.#maxLength = maxLength;
    this.#buffer = new BoundedBuffer(maxLength);
    this.#had = had;
    sink.onDrain(() => {
      this.#isWritable = true;
      this.#flush();
    });
  }

  /** Aborts when it has gone: what is read for it alone ends then. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  leave(): void {
    this.#gone.abort(new Error('the reader has gone'));
  }

  /** The first event. With `isBehind`, what comes is held until `caughtUp`. */
  begin(isBehind: boolean): void {
    if (isBehind) this.#held = [];
    this.#push('ready', this.#had, '{}');
  }

  /** Of the log as it grows; `positions` are those behind the record. */
  onRecord(record: LiveRecord, positions: Positions): void {
    const { partition, offset, fact } = record;
    if (offset < (this.#had[partition] ?? 0)) return;
    if (fact === undefined || !isWanted(fact, this.filter)) return;
    const event = liveEventOf(fact);
    if (this.#held === undefined) this.#show(event, furthest(this.#had, positions));
    else this.#hold(this.#held, { ...event, partition, offset, positions: [...positions] });
  }

  /** A record that it missed. What it has had moves on with it. */
  onMissed(record: LiveRecord): void {
    const { partition, offset, fact } = record;
    if (offset < (this.#had[partition] ?? 0)) return;
    this.#had = this.#had.map((had, index) => (index === partition ? offset + 1 : had));
    if (fact !== undefined && isWanted(fact, this.filter)) this.#show(liveEventOf(fact), this.#had);
  }

  /** It has had all up to here, and goes on with what was held meanwhile. */
  caughtUp(positions: Positions): void {
    this.#had = positions;
    const held = this.#held ?? [];
    this.#held = undefined;
    if (this.#heldLost > 0) this.#skip('slow-reader', positions, this.#heldLost);
    for (const event of held) {
      if (event.offset >= (this.#had[event.partition] ?? 0)) this.#show(event, furthest(this.#had, event.positions));
    }
  }

  /** `count`: records that are not looked at. For the operator alone: most may be of other tenants. */
  tooFarBehind(count: number, positions: Positions): void {
    this.#had = positions;
    this.#observer.onSkipped('too-far-behind', count);
    this.#push('skipped', positions, JSON.stringify({ reason: 'too-far-behind' }));
  }

  heartbeat(positions: Positions): void {
    if (!this.#isWritable || !this.#buffer.isEmpty) return;
    const reached = this.#held === undefined ? furthest(this.#had, positions) : this.#had;
    this.#isWritable = this.#sink.write(heartbeatText(encodePositions(reached)));
  }

  end(): void {
    this.#sink.end();
  }

  #hold(held: HeldEvent[], event: HeldEvent): void {
    held.push(event);
    this.#heldLength += event.data.length;
    for (const max = this.#maxLength(); this.#heldLength > max && held.length > 1; this.#heldLost++) {
      this.#heldLength -= held.shift()?.data.length ?? 0;
    }
  }

  #show({ name, data }: NamedEvent, positions: Positions): void {
    this.#push(name, positions, data);
    this.#observer.onSent();
  }

  #skip(reason: SkipReason, positions: Positions, count: number): void {
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
