import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import { encodeFact } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import type { LogRecord, PartitionPosition } from '@signalbox/kafka';
import { attemptsMetadata, attemptsPosition, recoverFacts } from './sender-recovery.ts';

const base = {
  webhookId: 'w',
  tenantId: 'default',
  eventType: 'User.Created',
  deliveryId: deliveryIdOf('w', 'e'),
  round: 0,
  attemptNumber: 1,
  deferrals: 0,
  firstScheduledAtMs: 0,
  roundStartedAtMs: 0,
  webhookEpoch: 1,
  webhookVersion: 1,
  atMs: 0,
};
const attemptedAt = (deliveryOffset: number): Fact => ({
  ...base,
  kind: 'attempted',
  outcome: 'succeeded',
  startedAtMs: 0,
  timings: { totalMs: 1 },
  deliveryOffset,
});
const deferredAt = (deliveryOffset: number): Fact => ({
  ...base,
  kind: 'deferred',
  reason: 'queue full',
  dueAtMs: 9,
  deliveryOffset,
});
const breakerAt = (deliveryOffset: number): Fact => ({
  ...base,
  kind: 'breaker-changed',
  state: 'open',
  reason: 'timeouts',
  deliveryOffset,
});

/** A tail of `attempts` in partition 0 that holds these facts from offset 0 on. */
function tailOf(facts: readonly Fact[]) {
  const asked: PartitionPosition[] = [];
  return {
    asked,
    read: async (from: readonly PartitionPosition[], onRecord: (record: LogRecord) => void) => {
      asked.push(...from);
      for (const [offset, fact] of facts.entries()) {
        const { headers, value } = encodeFact(fact);
        const at = { topic: 'attempts', partition: 0, offset, timestampMs: 0, key: Buffer.from('w') };
        if (offset >= (from[0]?.offset ?? 0)) onRecord({ ...at, headers, value: Buffer.from(value) });
      }
      return Promise.resolve([{ topic: 'attempts', partition: 0, offset: facts.length }]);
    },
  };
}

const recover = async (facts: readonly Fact[], committedOffset: number, committedMetadata: string) => {
  const tail = tailOf(facts);
  const assigned = [{ topic: 'deliveries', partition: 0, committedOffset, committedMetadata, logStart: 0, logEnd: 99 }];
  const owes = (fact: Fact): boolean => fact.kind === 'deferred';
  const { partitions } = await recoverFacts(tail, 'attempts', assigned, owes, new AbortController().signal);
  const found = partitions.get(0);
  return {
    asked: tail.asked,
    done: [...(found?.recovered.done ?? [])],
    owing: found?.owing,
    recovered: found?.recovered,
  };
};

describe('recovery of a sender', () => {
  it('counts an offset as done when any fact names it, from the committed offset on', async () => {
    const { done } = await recover([attemptedAt(3), attemptedAt(7), attemptedAt(5)], 5, '');
    expect(done).toEqual([7, 5]);
  });

  it('reads from the position that was committed, which stays until what it found is committed', async () => {
    const { asked, done, recovered } = await recover([attemptedAt(5), attemptedAt(6)], 5, attemptsMetadata(1));
    expect(asked).toEqual([{ topic: 'attempts', partition: 0, offset: 1 }]);
    expect(done).toEqual([6]);
    expect(recovered).toMatchObject({ tag: 1, upTo: 6 });
  });

  it('owes again what a fact owed, and not where a later fact settled it', async () => {
    const { done, owing } = await recover([deferredAt(5), deferredAt(6), attemptedAt(6)], 5, '');
    expect([...(owing?.keys() ?? [])]).toEqual([5]);
    expect(done).toEqual([6]);
  });

  it('does not take a change of the breaker for the end of the delivery it names', async () => {
    const { done, owing } = await recover([breakerAt(5)], 5, '');
    expect(done).toEqual([]);
    expect(owing?.size).toBe(0);
  });

  it('begins at the beginning with metadata that is none of its own', () => {
    expect(attemptsPosition(attemptsMetadata(123_456))).toBe(123_456);
    expect(attemptsPosition('')).toBe(0);
    expect(attemptsPosition('{"x":1}')).toBe(0);
  });
});
