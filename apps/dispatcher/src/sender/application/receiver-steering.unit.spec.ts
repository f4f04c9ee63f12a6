import { describe, expect, it } from '@jest/globals';
import { aDelivery, anAttempt, aWebhookState } from '../../testing/dispatcher-fixtures.ts';
import type { RecordedAgain } from './receiver-steering.ts';
import { ReceiverSteering } from './receiver-steering.ts';

const MINUTE_MS = 60_000;
const WEBHOOK = aWebhookState({ url: 'https://customer.example/' });
const GONE = anAttempt(WEBHOOK.id, aDelivery(WEBHOOK.id, 'e0'), 5, {
  outcome: 'failed',
  statusCode: 410,
  verdict: 'disable-webhook',
});

/** A steering whose config-service answers when told to, and a fact at offset 40 of partition 3 that is to be answered. */
function steered() {
  const clock = { nowMs: 1_000 };
  const asked: PromiseWithResolvers<number | undefined>[] = [];
  const recorded: (RecordedAgain & { readonly partition: number })[] = [];
  const steering = new ReceiverSteering({
    disabler: {
      disableByReceiver: async () => {
        const answer = Promise.withResolvers<number | undefined>();
        asked.push(answer);
        return answer.promise;
      },
    },
    get: () => WEBHOOK,
    now: () => clock.nowMs,
    onDisableFailed: () => {},
    recordAgain: (_fact, partition, again) => recorded.push({ partition, ...again }),
  });
  steering.onFact(GONE, { partition: 3, offset: 40 });
  const passMinutes = (minutes: number): void => {
    for (let minute = 0; minute < minutes; minute++) {
      clock.nowMs += MINUTE_MS;
      steering.tick();
    }
  };
  return { steering, asked, recorded, passMinutes };
}

describe('a verdict that config-service does not answer', () => {
  it('is recorded again every two minutes, and what is committed goes on to there', () => {
    const { steering, recorded, passMinutes } = steered();
    passMinutes(1);
    expect(recorded).toHaveLength(0);
    passMinutes(5);
    // One at a time: the first of them is not acknowledged yet.
    expect(recorded.map(({ partition }) => partition)).toEqual([3]);
    expect(steering.oldestUnanswered(3)).toBe(40);
    recorded[0]?.onRecorded(9_000);
    expect(steering.oldestUnanswered(3)).toBe(9_000);
    passMinutes(1);
    expect(recorded).toHaveLength(1);
    passMinutes(1);
    expect(recorded).toHaveLength(2);
  });

  it('is not recorded again when it is answered, nor for a partition that went away', async () => {
    const { steering, asked, recorded, passMinutes } = steered();
    passMinutes(2);
    expect(recorded[0]?.isVoid()).toBe(false);
    steering.forgetPartitions(new Set([3]));
    expect(recorded[0]?.isVoid()).toBe(true);
    steering.onFact(GONE, { partition: 3, offset: 41 });
    passMinutes(1);
    asked.at(-1)?.resolve(undefined);
    await new Promise(setImmediate);
    passMinutes(5);
    expect(recorded).toHaveLength(1);
    expect(steering.oldestUnanswered(3)).toBeUndefined();
  });
});
