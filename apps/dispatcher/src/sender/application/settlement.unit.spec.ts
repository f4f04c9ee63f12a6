import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import { factKindOf, topicNames } from '@signalbox/contracts';
import type { LogProducer, OutgoingRecord } from '@signalbox/kafka';
import { NOTHING_RECOVERED, PartitionLedger } from '@signalbox/positions';
import { aDelivery } from '../../testing/dispatcher-fixtures.ts';
import { attempted, deferred, expired, skipped } from '../domain/send-facts.ts';
import type { OwnedTask } from './settlement.ts';
import { Settlement } from './settlement.ts';

const topics = topicNames({ prefix: '', authEvents: ['auth-events'] });
const sentWith = {
  epoch: 1,
  version: 1,
  retryPolicy: { preset: 'logto', delaysMs: [1_000], maxAgeMs: 60_000 },
} as const;

/** A settlement of one task, whose producer keeps what is appended until it is told to `fly`. */
function settlementOfOne() {
  const queued: { record: OutgoingRecord; onAppended: (() => void) | undefined }[] = [];
  const written: string[] = [];
  const append: LogProducer['append'] = (record, onAppended) => {
    queued.push({ record, onAppended: onAppended && (() => onAppended({ partition: 0, offset: 0 })) });
  };
  const fly = (): void => {
    for (const { record, onAppended } of queued.splice(0)) {
      if (record.isVoid?.() === true) {
        record.onVoid?.();
      } else {
        written.push(record.topic === topics.attempts ? (factKindOf(record.headers ?? {}) ?? '') : record.topic);
        onAppended?.();
      }
    }
  };
  const settlement = new Settlement({
    producer: { append } as unknown as LogProducer,
    topics,
    now: () => 1_000,
    whenFresh: (work) => work(),
    onRecorded: () => {},
  });
  const ledger = new PartitionLedger<number>();
  ledger.open(0, NOTHING_RECOVERED);
  ledger.take(0, 0);
  ledger.begin(0);
  const task: OwnedTask = {
    ledger,
    partition: 0,
    offset: 0,
    webhookId: 'w',
    delivery: { ...aDelivery('w', 'e'), roundStartedAtMs: 1_000 },
    body: Buffer.from('{}'),
    bytes: 2,
    deferrals: 0,
    wasHeldBack: false,
    queuedAtMs: 1_000,
  };
  return { settlement, task, ledger, fly, written };
}

const NOT_SENT: readonly (readonly [string, (task: OwnedTask) => Fact])[] = [
  ['deferred', (task) => deferred(task, 1_000, 'queue full')],
  ['skipped', (task) => skipped(task, 1_000, 'webhook disabled')],
  ['expired', (task) => expired(task, 1_000, 60_000)],
];
const failedAttempt = (task: OwnedTask): Fact =>
  attempted(task, { startedAtMs: 900, endedAtMs: 1_000, timings: { totalMs: 100 }, statusCode: 500 }, sentWith);

describe('the settlement of a delivery whose partition went away while its fact was queued', () => {
  it.each(NOT_SENT)('writes no fact of one that was %s: its new owner decides anew', (_kind, factOf) => {
    const { settlement, task, ledger, fly, written } = settlementOfOne();
    settlement.settle(task, factOf(task));
    ledger.end();
    fly();
    expect(written).toEqual([]);
    expect({ count: settlement.count, bytes: settlement.bytes }).toEqual({ count: 0, bytes: 0 });
  });

  it('writes the fact of a POST all the same, and nothing of what it owes', () => {
    const { settlement, task, ledger, fly, written } = settlementOfOne();
    settlement.settle(task, failedAttempt(task));
    ledger.end();
    fly();
    fly();
    expect(written).toEqual(['attempted']);
    expect(settlement.count).toBe(0);
  });
});

describe('the settlement of a delivery', () => {
  it('is done when what its fact owes is acknowledged, and not before', () => {
    const { settlement, task, ledger, fly, written } = settlementOfOne();
    settlement.settle(task, failedAttempt(task));
    fly();
    expect({ committable: ledger.committable?.offset, count: settlement.count }).toEqual({ committable: 0, count: 1 });
    fly();
    expect(written).toEqual(['attempted', topics.retries[0]]);
    expect({ committable: ledger.committable?.offset, count: settlement.count }).toEqual({ committable: 1, count: 0 });
  });
});
