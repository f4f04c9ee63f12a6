import type { ConnectableSender, PartitionAck, QueuedRecord } from '@signalbox/kafka';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedLog } from './simulated-log.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How often a request to a broker goes wrong, each from 0 to 1. */
export interface BrokerFaults {
  /** The answer is late by seconds. */
  readonly late: number;
  /** kafkajs rejects: what was asked for was appended, or not; nobody can tell. */
  readonly rejected: number;
  /** The leader moved to a broker that had answered already: kafkajs never sends these records, and resolves. */
  readonly moved: number;
}

/** The process that sends, as far as its requests are concerned. */
export interface RequestingProcess {
  readonly group: 'router' | 'sender' | 'scheduler';
  readonly isDead: boolean;
  /** Its session has run out and it has not joined again: others may hold its partitions, and have read what was there. */
  readonly isGivenUp: boolean;
  /** How often partitions went away from it. */
  readonly losses: number;
  /** Runs it now, or as soon as the process runs again. */
  whenAwake(work: () => void): void;
}

const BROKERS = 3;

/** Three brokers that lead the partitions, fail over, and answer produce requests in all the ways that kafkajs shows. */
export class SimulatedBrokers {
  private readonly away = new Set<number>();
  /** Partitions whose leader is not where it was at first, by how far they moved. */
  private moves = 0;
  /** How often its process had lost partitions when a record was first sent. */
  private readonly lossesBefore = new WeakMap<QueuedRecord, number>();

  constructor(
    private readonly time: VirtualTime,
    private readonly log: SimulatedLog,
    private readonly random: SeededRandom,
    private readonly faults: () => BrokerFaults,
  ) {}

  /** One broker is killed: for a moment nobody leads its partitions, then another broker does. */
  failOver(): void {
    const broker = this.random.between(0, BROKERS - 1);
    this.away.add(broker);
    const led = this.log.partitions.filter(({ topic, partition }) => this.leaderOf(topic, partition) === broker);
    for (const of of led) this.log.memory.setAway(of, true);
    this.time.after(this.random.between(300, 4_000), () => {
      this.moves++;
      this.away.delete(broker);
      for (const of of led) this.log.memory.setAway(of, false);
    });
  }

  /** What a process's producer sends its batches through, in place of kafkajs: one call for each leader. */
  senderOf(process: RequestingProcess): ConnectableSender {
    return {
      connect: () => Promise.resolve(),
      close: () => Promise.resolve(),
      send: async (records) => {
        for (const record of records) {
          if (!this.lossesBefore.has(record)) this.lossesBefore.set(record, process.losses);
        }
        const answers = await Promise.all(this.byLeader(records).map(async (call) => this.call(process, call)));
        const rejected = answers.includes('rejected');
        const acks = answers.flatMap((answer) => (answer === 'rejected' ? [] : answer));
        return rejected ? { acks, error: new Error('kafkajs gave up a batch') } : { acks };
      },
      renew: async () => this.answered(process, this.random.between(10, 1_500)),
    };
  }

  private async call(
    process: RequestingProcess,
    records: readonly QueuedRecord[],
  ): Promise<readonly PartitionAck[] | 'rejected'> {
    const { random } = this;
    const [first] = records;
    const isLate = random.chance(this.faults().late) || this.isAway(first);
    // On its way for some time, then appended, whatever becomes of the process; the answer needs its time again.
    await this.time.pass(random.between(0, isLate ? 4_000 : 30));
    // What a killed process has sent may have left it or not.
    if (process.isDead && random.chance(0.5)) return this.never();
    const { moved, rejected } = this.faults();
    const isRejected = random.chance(rejected);
    const isMoved = random.chance(moved);
    const left = isMoved ? new Set(records.filter(() => random.chance(0.3)).map(placeOf)) : undefined;
    const isAppended = !isRejected || random.chance(0.5);
    const sent = records.filter((record) => left?.has(placeOf(record)) !== true);
    const acks = isAppended ? this.append(process, sent, isRejected) : [];
    await this.answered(process, random.between(0, isLate ? 2_000 : 25));
    return isRejected ? 'rejected' : acks;
  }

  private append(
    process: RequestingProcess,
    records: readonly QueuedRecord[],
    isRejected: boolean,
  ): readonly PartitionAck[] {
    const acks = new Map<string, PartitionAck>();
    for (const record of records) {
      const { topic, partition = 0, key, value, headers = {} } = record;
      const isLate = process.isGivenUp || process.losses !== this.lossesBefore.get(record);
      const by = { group: process.group, isDoubtful: isRejected || isLate };
      const { offset } = this.log.append({ topic, partition, key, value, headers }, by);
      if (!acks.has(placeOf(record))) acks.set(placeOf(record), { topic, partition, baseOffset: offset });
    }
    return [...acks.values()];
  }

  /** Resolves after so many ms in the process; never when that is dead by then. */
  private async answered(process: RequestingProcess, afterMs: number): Promise<void> {
    await this.time.pass(afterMs);
    if (process.isDead) return this.never();
    await new Promise<void>((resolve) => process.whenAwake(resolve));
  }

  private byLeader(records: readonly QueuedRecord[]): readonly QueuedRecord[][] {
    const calls = new Map<number, QueuedRecord[]>();
    for (const record of records) {
      const leader = this.leaderOf(record.topic, record.partition ?? 0);
      const call = calls.get(leader);
      if (call === undefined) calls.set(leader, [record]);
      else call.push(record);
    }
    return [...calls.values()];
  }

  private leaderOf(topic: string, partition: number): number {
    return (topic.length + partition + this.moves) % BROKERS;
  }

  private isAway(record: QueuedRecord | undefined): boolean {
    return record !== undefined && this.away.has(this.leaderOf(record.topic, record.partition ?? 0));
  }

  private async never<Value>(): Promise<Value> {
    return new Promise<Value>(() => {});
  }
}

function placeOf({ topic, partition }: QueuedRecord): string {
  return `${topic}/${partition}`;
}
