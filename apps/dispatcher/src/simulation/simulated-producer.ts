import type { Appended, LogProducer, OutgoingRecord } from '@signalbox/kafka';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedLog } from './simulated-log.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Waiting {
  readonly record: OutgoingRecord;
  readonly onAppended: ((appended: Appended) => void) | undefined;
}

/** How often a flight goes wrong, each from 0 to 1. */
export interface ProducerFaults {
  /** The answer is late by seconds. */
  readonly late: number;
  /** Rejected though all of it was appended: it is sent, and appended, once more. */
  readonly rejected: number;
  /** A leader moved: of some partitions nothing was appended, and it goes again. */
  readonly moved: number;
}

const MAX_RECORDS = 500;

/** A producer as our flusher makes one of kafkajs: one flight at a time, nothing given up, order kept in a partition. */
export class SimulatedProducer implements LogProducer {
  private waiting: Waiting[] = [];
  private flights: { readonly upTo: number; readonly resolve: () => void }[] = [];
  private readonly drained: (() => void)[] = [];
  private appended = 0;
  private landed = 0;
  private isFlying = false;
  private isDead = false;
  private isStopped = false;

  constructor(
    private readonly time: VirtualTime,
    private readonly log: SimulatedLog,
    private readonly random: SeededRandom,
    private readonly faults: () => ProducerFaults,
    /** While false nothing is sent: its process does not know what it holds. */
    private readonly mayStart: () => boolean,
  ) {}

  start(): Promise<void> {
    return Promise.resolve();
  }

  append(record: OutgoingRecord, onAppended?: (appended: Appended) => void): void {
    if (this.isStopped) throw new Error('the producer was stopped');
    this.waiting.push({ record, onAppended });
    this.appended++;
    this.fly();
  }

  isSaturated(): boolean {
    return this.waiting.length > 2_000;
  }

  onDrained(listener: () => void): void {
    this.drained.push(listener);
  }

  flush(): Promise<void> {
    if (this.landed === this.appended) return Promise.resolve();
    const upTo = this.appended;
    return new Promise((resolve) => this.flights.push({ upTo, resolve }));
  }

  async stop(): Promise<void> {
    await this.flush();
    this.isStopped = true;
  }

  /** The process is killed: what is in flight may be appended or not, nobody hears of it. */
  kill(): void {
    this.isDead = true;
    if (!this.isFlying || this.random.chance(0.5)) return;
    for (const { record } of this.waiting.slice(0, this.random.between(0, this.waiting.length))) {
      if (record.isVoid?.() !== true) this.log.append(record);
    }
  }

  private fly(): void {
    if (this.isFlying || this.isDead || this.waiting.length === 0) return;
    this.isFlying = true;
    const delayMs = this.random.chance(this.faults().late)
      ? this.random.between(500, 6_000)
      : this.random.between(this.mayStart() ? 0 : 50, 55);
    this.time.after(delayMs, () => {
      if (this.isDead) return;
      this.isFlying = false;
      if (this.mayStart()) this.land();
      this.fly();
    });
  }

  private land(): void {
    const flight = this.waiting.splice(0, MAX_RECORDS);
    const isMoved = this.random.chance(this.faults().moved);
    const moved = new Set<string>();
    if (isMoved) for (const { record } of flight) if (this.random.chance(0.3)) moved.add(this.placeOf(record));
    const isRejected = this.random.chance(this.faults().rejected);
    const again: Waiting[] = [];
    for (const one of flight) {
      if (moved.has(this.placeOf(one.record))) again.push(one);
      else if (isRejected && one.record.isVoid?.() !== true) {
        this.log.append(one.record);
        again.push(one);
      } else this.acknowledge(one);
    }
    this.waiting.unshift(...again);
    if (this.waiting.length < 1_000) for (const listener of this.drained) listener();
    const done = this.flights.filter(({ upTo }) => this.landed >= upTo);
    this.flights = this.flights.filter(({ upTo }) => this.landed < upTo);
    for (const { resolve } of done) resolve();
  }

  private acknowledge({ record, onAppended }: Waiting): void {
    this.landed++;
    if (record.isVoid?.() === true) record.onVoid?.();
    else onAppended?.(this.log.append(record));
  }

  /** Records of one key go the same way, whether or not their partition was chosen already. */
  private placeOf({ topic, partition, key }: OutgoingRecord): string {
    return `${topic}/${partition ?? String(key)}`;
  }
}
