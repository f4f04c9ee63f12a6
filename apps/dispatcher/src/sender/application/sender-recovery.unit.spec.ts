import { describe, expect, it } from '@jest/globals';
import type { Attempted, Fact } from '@signalbox/contracts';
import { encodeFact } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import type { LogRecord, PartitionPosition } from '@signalbox/kafka';
import { attemptsMetadata, attemptsPosition, isAbout, recoverFacts } from './sender-recovery.ts';

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
const attemptedAt = (deliveryOffset: number): Attempted => ({
  ...base,
  kind: 'attempted',
  outcome: 'succeeded',
  startedAtMs: 0,
  timings: { totalMs: 1 },
  deliveryOffset,
});
const retryingAt = (deliveryOffset: number): Attempted => ({
  ...attemptedAt(deliveryOffset),
  outcome: 'retrying',
  nextAttemptAtMs: 9,
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
  const assigned = [
    { topic: 'deliveries', partition: 0, committedOffset, committedMetadata, logStart: 0, logEnd: 1_000_000 },
  ];
  const { partitions, verdicts } = await recoverFacts(tail, 'attempts', assigned, new AbortController().signal);
  const found = partitions.get(0);
  const kinds = [...(found?.facts.values() ?? [])].map(({ fact }) => fact.kind);
  const named = [...(found?.facts ?? [])].map(([offset, { isPaid }]) => (isPaid ? `${offset} paid` : String(offset)));
  const kept = [...(found?.facts.values() ?? [])].map(({ fact }) => fact);
  return { asked: tail.asked, facts: named, kinds, kept, verdicts, tag: found?.tag, upTo: found?.upTo };
};

describe('recovery of a sender', () => {
  it('finds the fact about each record from the committed offset on', async () => {
    const { facts, upTo } = await recover([attemptedAt(3), attemptedAt(7), attemptedAt(5)], 5, '');
    expect(facts).toEqual(['7', '5']);
    expect(upTo).toBe(7);
  });

  it('keeps nothing about offsets that the log has not reached: the topic was made anew', async () => {
    const { facts, upTo } = await recover([attemptedAt(5), attemptedAt(1_000_000), attemptedAt(69_000_000)], 0, '');
    expect(facts).toEqual(['5']);
    expect(upTo).toBe(5);
  });

  it('reads from the position that was committed, which stays until what it found is committed', async () => {
    const { asked, facts, tag } = await recover([attemptedAt(5), attemptedAt(6)], 5, attemptsMetadata(1));
    expect(asked).toEqual([{ topic: 'attempts', partition: 0, offset: 1 }]);
    expect(facts).toEqual(['6']);
    expect(tag).toBe(1);
  });

  it('knows a debt as paid where a later fact of the same round was made from it', async () => {
    const retried = { ...attemptedAt(9), deferrals: 1 };
    expect((await recover([deferredAt(5), retried], 5, '')).facts).toEqual(['5 paid', '9']);
    expect((await recover([deferredAt(5)], 5, '')).facts).toEqual(['5']);
  });

  it('does not know the next attempt as produced because a twin of the record, put off before, was attempted later', async () => {
    const ofTwin: Fact = { ...retryingAt(9), deferrals: 1 };
    expect((await recover([deferredAt(4), retryingAt(5), ofTwin], 4, '')).facts).toEqual(['4 paid', '5', '9']);
    const next: Fact = { ...retryingAt(10), attemptNumber: 2 };
    expect((await recover([retryingAt(5), ofTwin, next], 4, '')).facts).toEqual(['5 paid', '9 paid', '10']);
  });

  it('takes a record that one holder has ended and another put off for ended, in whichever order they told so', async () => {
    for (const facts of [
      [attemptedAt(5), deferredAt(5)],
      [deferredAt(5), attemptedAt(5)],
      [retryingAt(5), deferredAt(5)],
    ]) {
      expect((await recover(facts, 5, '')).kinds).toEqual(['attempted']);
    }
  });

  it('goes by the later of two facts about different deliveries at the same offset', async () => {
    const ofFormerTopic = { ...attemptedAt(5), deliveryId: deliveryIdOf('w', 'former') };
    expect((await recover([ofFormerTopic, deferredAt(5)], 5, '')).kinds).toEqual(['deferred']);
  });

  it('does not take a change of the breaker for the end of the delivery it names', async () => {
    expect((await recover([breakerAt(5)], 5, '')).facts).toEqual([]);
  });

  it('keeps of a fact what says whose it is and what it owes, and no answer', async () => {
    const answer = 'x'.repeat(4_096);
    const ended: Fact = { ...attemptedAt(5), answer, statusCode: 200, headerNames: 'x-one' };
    const retried: Fact = { ...retryingAt(6), answer, errorClass: 'http-status', error: 'answered with status 503' };
    const turn = { deliveryId: base.deliveryId, round: 0, attemptNumber: 1, deferrals: 0 };
    expect((await recover([ended, retried, deferredAt(7)], 5, '')).kept).toEqual([
      { ...turn, kind: 'attempted' },
      { ...turn, kind: 'attempted', nextAttemptAtMs: 9, error: 'answered with status 503' },
      { ...turn, kind: 'deferred', dueAtMs: 9, reason: 'queue full' },
    ]);
  });

  it("keeps of each webhook's verdicts the first about its newest state, however many there are", async () => {
    const gone = (webhookId: string, webhookVersion: number): Fact => {
      return {
        ...attemptedAt(webhookVersion),
        webhookId,
        webhookVersion,
        outcome: 'failed',
        verdict: 'disable-webhook',
      };
    };
    const facts = [gone('w', 1), gone('v', 1), gone('w', 2), ...Array.from({ length: 100 }, () => gone('w', 2))];
    const { verdicts } = await recover(facts, 9, '');
    expect(verdicts.map(({ fact, at }) => [fact.webhookId, fact.webhookVersion, at.offset])).toEqual([
      ['w', 2, 2],
      ['v', 1, 1],
    ]);
  });

  it('takes as many facts as a window can hold', async () => {
    const facts = Array.from({ length: 262_144 }, (_, offset) => attemptedAt(offset));
    expect((await recover(facts, 0, '')).upTo).toBe(262_143);
  });

  it('recognises a record by what it asks for, not by where it lies', () => {
    const delivery = { ...base, eventId: 'e', sourceTopic: 't', sourcePartition: 0, sourceOffset: 0 };
    expect(isAbout(attemptedAt(5), delivery)).toBe(true);
    expect(isAbout(attemptedAt(5), { ...delivery, deliveryId: deliveryIdOf('w', 'other') })).toBe(false);
    expect(isAbout(attemptedAt(5), { ...delivery, deferrals: 1 })).toBe(false);
  });

  it('begins at the beginning with metadata that is none of its own', () => {
    expect(attemptsPosition(attemptsMetadata(123_456))).toBe(123_456);
    expect(attemptsPosition('')).toBe(0);
    expect(attemptsPosition('{"x":1}')).toBe(0);
  });
});
