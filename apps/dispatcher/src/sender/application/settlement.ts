import type { Fact, TopicNames } from '@signalbox/contracts';
import { encodeDelivery, encodeFact, RETRY_TIERS, retryTierFor } from '@signalbox/contracts';
import type { LogProducer } from '@signalbox/kafka';
import type { PartitionLedger } from '@signalbox/positions';
import { KnownPositions } from '@signalbox/positions';
import type { Owing } from '../domain/send-facts.ts';
import { owedBy } from '../domain/send-facts.ts';
import type { SendTask } from '../domain/send-task.ts';
import type { RecordedAgain } from './receiver-steering.ts';

/** A task and the ledger of its partition as of when it was taken. */
export interface OwnedTask extends SendTask {
  readonly ledger: PartitionLedger<number>;
}

export interface SettlementOptions {
  readonly producer: LogProducer;
  readonly topics: Pick<TopicNames, 'attempts' | 'retries'>;
  readonly now: () => number;
  /** Runs `work` now, or when it is clear again who holds the partitions. */
  readonly whenFresh: (work: () => void) => void;
  /** A fact is in the log; it has not been paid for yet. */
  readonly onRecorded: (task: OwnedTask, fact: Fact, offset: number) => void;
}

/**
 * Invariant 1, in this order: the outcome, its fact acknowledged, what the fact owes acknowledged, the offset done.
 * A partition that went away meanwhile gets the fact of a POST only: its new owner owes the rest.
 */
export class Settlement {
  /** How far `attempts` is known to reach: what is committed with an offset, to find its facts again. */
  readonly attemptsEnds = new KnownPositions();
  private unsettledCount = 0;
  private unsettledBytes = 0;

  constructor(private readonly options: SettlementOptions) {}

  /** Tasks that are held until Kafka has acknowledged all they owe. */
  get count(): number {
    return this.unsettledCount;
  }

  get bytes(): number {
    return this.unsettledBytes;
  }

  settle(task: OwnedTask, fact: Fact): void {
    this.hold(task);
    const { ledger } = task;
    const { headers, value } = encodeFact(fact, task.attemptTrace);
    // A POST that was made is told of whatever becomes of the partition; what was not sent is for its new owner to decide.
    const ifHeld =
      fact.kind === 'attempted' ? {} : { isVoid: () => ledger.ended, onVoid: (): void => this.complete(task) };
    this.options.producer.append(
      {
        topic: this.options.topics.attempts,
        partition: task.partition,
        key: task.webhookId,
        value,
        headers,
        ...ifHeld,
      },
      ({ partition, offset }) => {
        this.attemptsEnds.note(partition, offset + 1);
        this.options.onRecorded(task, fact, offset);
        this.options.whenFresh(() => this.pay(task, fact));
      },
    );
  }

  /** Records a fact that settles nothing. */
  tell({ ledger, partition, webhookId }: OwnedTask, fact: Fact): void {
    if (ledger.ended) return;
    this.options.producer.append({
      topic: this.options.topics.attempts,
      partition,
      key: webhookId,
      ...encodeFact(fact),
      isVoid: () => ledger.ended,
    });
  }

  /** Records a fact a second time, of a record that is settled. It owes nothing. */
  recordAgain(fact: Fact, partition: number, { isVoid, onRecorded }: RecordedAgain): void {
    const { headers, value } = encodeFact(fact);
    const { attempts: topic } = this.options.topics;
    this.options.producer.append({ topic, partition, key: fact.webhookId, headers, value, isVoid }, ({ offset }) => {
      this.attemptsEnds.note(partition, offset + 1);
      onRecorded(offset);
    });
  }

  /** Produces what an earlier owner's fact owes, then completes the offset. */
  payDebt(task: OwnedTask, fact: Owing): void {
    this.hold(task);
    this.pay(task, fact);
  }

  private pay(task: OwnedTask, fact: Owing): void {
    const owed = task.ledger.ended ? undefined : owedBy(fact, task.delivery);
    if (owed === undefined) {
      this.complete(task);
      return;
    }
    const tier = retryTierFor(owed.wait.dueAtMs - this.options.now());
    const topic = this.options.topics.retries[tier];
    if (topic === undefined) throw new Error(`there is no topic for retry tier ${RETRY_TIERS[tier]?.name}`);
    const complete = (): void => this.complete(task);
    this.options.producer.append(
      {
        topic,
        key: task.webhookId,
        value: task.body,
        headers: encodeDelivery(owed.delivery, owed.wait),
        isVoid: () => task.ledger.ended,
        onVoid: complete,
      },
      complete,
    );
  }

  private hold(task: OwnedTask): void {
    this.unsettledCount++;
    this.unsettledBytes += task.bytes;
  }

  private complete(task: OwnedTask): void {
    this.unsettledCount--;
    this.unsettledBytes -= task.bytes;
    task.ledger.complete(task.offset);
  }
}
