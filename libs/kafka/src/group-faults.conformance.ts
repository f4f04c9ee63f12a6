import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { faultyMembers } from './faulty-members.conformance.ts';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import { eventually } from './recording-handler.conformance.ts';
import { HEARTBEAT, SYNC_GROUP, Wire } from './wire.conformance.ts';

/** What becomes of a member that its group does not hear, or that does not hear its group. */
export function groupFaults(cluster: () => KafkaCluster): void {
  describe('the kafkajs consumer, at faults of its group', () => {
    const { newGroup, member, groupWithRecords, stop } = faultyMembers(cluster);
    afterEach(stop);

    it('joins again where it was not told what it got, instead of going on with what it had', async () => {
      const { topic, groupId } = await groupWithRecords();
      const wire = new Wire();
      const [first, one] = member(groupId, topic, wire);
      await first.start();
      await eventually('all records', () => one.records.length === 20);
      let cuts = 0;
      wire.onAnswer = ({ apiKey }, answer) => (apiKey === SYNC_GROUP && cuts++ === 0 ? 'cut' : answer);
      const [second, two] = member(groupId, topic);
      await second.start();
      await eventually('both to hold one', () => [one, two].every(({ lastJoin }) => lastJoin?.assigned.length === 1));
      expect(cuts).toBeGreaterThanOrEqual(2);
      const [mine] = one.lastJoin?.assigned ?? [];
      if (mine === undefined) throw new Error('it holds nothing');
      expect(await first.commit([{ ...mine, offset: 7, metadata: '' }])).toBe('committed');
    });

    it('hands over to another member within 8 s of falling silent, and knows itself how long it was not heard', async () => {
      const { topic, groupId } = await groupWithRecords();
      const wire = new Wire();
      const [first, one] = member(groupId, topic, wire);
      const [second, two] = member(groupId, topic);
      await first.start();
      await second.start();
      await eventually('both hold one', () => one.lastJoin?.assigned.length === 1 && one.records.length >= 10);
      // As a process that is stopped: nothing goes out, and what comes in is read late.
      const thaw = Promise.withResolvers<void>();
      let frozen: Promise<void> | undefined = thaw.promise;
      let heartbeats = 0;
      wire.onRequest = () => frozen;
      wire.onAnswer = async ({ apiKey }, answer) => {
        await frozen;
        if (apiKey === HEARTBEAT) heartbeats++;
        return answer;
      };
      const silentSinceMs = performance.now();
      await eventually('the other one has both', () => two.lastJoin?.assigned.length === 2);
      await eventually('and reads both', () => two.values().filter((value) => value === 'value-9').length >= 2);
      expect(performance.now() - silentSinceMs).toBeLessThan(8_000);
      expect(first.msSinceHeartbeat()).toBeGreaterThan(4_500);
      const before = one.joins.length;
      frozen = undefined;
      thaw.resolve();
      await eventually('its way back', () => one.joins.length > before);
      expect(one.lastJoin?.isContinuous).toBe(false);
      await eventually('a heartbeat', () => heartbeats > 0 && first.msSinceHeartbeat() < 2_500);
    });

    it('does not take an answer that lay about for a sign of life', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      const [consumer] = member(newGroup(), topic, wire);
      await consumer.start();
      const late = Promise.withResolvers<void>();
      let isHeld = false;
      wire.onAnswer = async ({ apiKey }, answer) => {
        if (apiKey === HEARTBEAT && !isHeld) {
          isHeld = true;
          await late.promise;
        }
        return answer;
      };
      await eventually('a heartbeat', () => isHeld);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      const before = consumer.msSinceHeartbeat();
      late.resolve();
      // The answer is there within a turn or two; what counts is when it was asked for.
      for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
      expect(before).toBeGreaterThan(1_200);
      expect(consumer.msSinceHeartbeat()).toBeGreaterThanOrEqual(1_200);
    });

    it('is not taken in by a wall clock that is set back: it counts the silence of its group, and ends', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      let answers = 0;
      wire.onAnswer = ({ apiKey }, answer) => {
        answers += Number(apiKey === HEARTBEAT);
        return answer;
      };
      const [consumer, handler] = member(newGroup(), topic, wire, { stallAfterMs: 1_000 });
      await consumer.start();
      // Taken, too: one that is on its way at the turn of the clock has kafkajs count the next by the clock set back.
      await eventually('an answered heartbeat', () => answers > 0 && consumer.msSinceHeartbeat() < 1_000);
      // kafkajs sends the next ones by that clock, and goes on fetching.
      const wallClock = Date.now.bind(Date);
      const now = jest.spyOn(Date, 'now').mockImplementation(() => wallClock() - 3_600_000);
      try {
        await eventually('some silence', () => consumer.msSinceHeartbeat() > 4_500, 6_500);
        await eventually('the end', () => handler.fatal.length > 0);
      } finally {
        now.mockRestore();
      }
      expect(handler.fatal[0]?.message).toMatch(/^the group fault-.* was not heard for 1[67]\d\d\d ms$/);
    });
  });
}
