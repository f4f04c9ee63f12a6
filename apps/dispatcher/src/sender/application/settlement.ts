import type { Fact, TopicNames } from '@signalbox/contracts';
import { encodeDelivery, encodeFact, RETRY_TIERS, retryTierFor } from '@signalbox/contracts';
import type { LogProducer } from '@signalbox/kafka';
import type { PartitionLedger } from '@signalbox/positions';
import { KnownPositions } from '@signalbox/positions';
import { owedBy } from '../domain/send-facts.ts';
import type { SendTask } from '../domain/send-task.ts';

/** A task and the ledger of its partition as of when it was taken. */
export interface OwnedTask extends SendTask {
  readonly ledger: PartitionLedger<number>;
}

export interface SettlementOptions {
  readonly producer: LogProducer;
  readonly topics: Pick<TopicNames, 'attempts' | 'retries'>;
  readonly now: () => number;
}

/**
 * Invariant 1, in this order: the outcome, its fact acknowledged, what the fact owes acknowledged, the offset done.
 * A partition that went away meanwhile gets the fact only: its new owner owes the rest.
 */
export class Settlement {
  /** How far `attempts` is known to reach: what is committed with an offset, to find its facts again. */
  readonly attemptsEnds = new KnownPositions();

  constructor(private readonly options: SettlementOptions) {}

  settle(task: OwnedTask, fact: Fact): void {
    const { headers, value } = encodeFact(fact);
    this.options.producer.append(
      { topic: this.options.topics.attempts, partition: task.partition, key: task.webhookId, value, headers },
      ({ partition, offset }) => {
        this.attemptsEnds.note(partition, offset + 1);
        this.payDebt(task, fact);
      },
    );
  }

  /** Produces what an acknowledged fact owes, then completes the offset. */
  payDebt(task: OwnedTask, fact: Fact): void {
    const owed = task.ledger.ended ? undefined : owedBy(fact, task.delivery);
    if (owed === undefined) {
      task.ledger.complete(task.offset);
      return;
    }
    const tier = retryTierFor(owed.wait.dueAtMs - this.options.now());
    const topic = this.options.topics.retries[tier];
    if (topic === undefined) throw new Error(`there is no topic for retry tier ${RETRY_TIERS[tier]?.name}`);
    this.options.producer.append(
      { topic, key: task.webhookId, value: task.body, headers: encodeDelivery(owed.delivery, owed.wait) },
      () => task.ledger.complete(task.offset),
    );
  }
}
