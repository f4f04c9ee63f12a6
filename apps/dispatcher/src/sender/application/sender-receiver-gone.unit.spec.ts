import { describe, expect, it } from '@jest/globals';
import type { WebhookState } from '@signalbox/contracts';
import { SENDER_TOPICS, SILENT_OBSERVER } from '../testing/sender-under-test.ts';
import { answered, deliveryAt, startSender, WEBHOOK } from '../testing/started-sender.ts';

const GONE = answered(410);
const DISABLE = answered(200, { webhookDelivery: 'disable' });

/** A sender whose config-service answers when told to. */
async function startSteered() {
  const asked: PromiseWithResolvers<number | undefined>[] = [];
  const notAnswered: string[] = [];
  const started = await startSender({}, [], {
    disabler: {
      disableByReceiver: async () => {
        const answer = Promise.withResolvers<number | undefined>();
        asked.push(answer);
        return answer.promise;
      },
    },
    observer: { ...SILENT_OBSERVER, onDisableFailed: (webhookId) => notAnswered.push(webhookId) },
  });
  return { ...started, asked, notAnswered };
}

describe('a receiver that wants nothing more', () => {
  it.each([
    ['by 410', GONE, 'failed'],
    ['by a header of a success', DISABLE, 'succeeded'],
  ] as const)('%s has all put off that waits in its queue, and is sent no more', async (_how, said, outcome) => {
    const { sender, posts, facts, asked, giveMany, acknowledge } = await startSteered();
    giveMany(0, 14);
    expect({ posts: posts.length, queued: sender.queued }).toEqual({ posts: 4, queued: 10 });
    posts[0]?.end(said);
    expect(facts[0]).toMatchObject({ kind: 'attempted', outcome, verdict: 'disable-webhook' });
    expect(facts.slice(1)).toMatchObject(
      Array.from({ length: 10 }, (_, index) => ({
        kind: 'deferred',
        reason: 'receiver gone',
        attemptNumber: 1,
        deliveryOffset: 4 + index,
      })),
    );
    // What was under way ends as it does, and makes room for nothing.
    for (const { end } of posts.slice(1)) end(answered(200));
    giveMany(14, 1);
    sender.tick();
    expect(facts.at(-1)).toMatchObject({ kind: 'deferred', reason: 'receiver gone', deliveryOffset: 14 });
    expect({ posts: posts.length, queued: sender.queued, facts: facts.length }).toEqual({
      posts: 4,
      queued: 0,
      facts: 15,
    });
    // config-service is asked when the verdict is in the log: a kill before that must find it there.
    expect(asked).toHaveLength(0);
    acknowledge();
    sender.tick();
    sender.tick();
    expect(asked).toHaveLength(1);
    expect(sender.unansweredVerdicts).toBe(1);
  });

  it('is asked for once where all that was under way says so', async () => {
    const { sender, posts, facts, asked, giveMany, acknowledge } = await startSteered();
    giveMany(0, 5);
    for (const { end } of posts) end(GONE);
    acknowledge();
    sender.tick();
    expect(facts.map(({ kind }) => kind)).toEqual(['attempted', 'deferred', 'attempted', 'attempted', 'attempted']);
    expect({ posts: posts.length, asked: asked.length }).toEqual({ posts: 4, asked: 1 });
  });
});

describe('a receiver that wants no more of one delivery', () => {
  it('is not sent it again, and is sent all the others', async () => {
    const { sender, posts, facts, appendedTo, asked, giveMany, acknowledge } = await startSteered();
    giveMany(0, 5);
    posts[0]?.end(answered(408, { webhookDelivery: 'abort-message' }));
    expect(facts).toMatchObject([{ kind: 'attempted', outcome: 'failed', verdict: 'abort-delivery' }]);
    expect(posts).toHaveLength(5);
    acknowledge();
    sender.tick();
    // Its fact is all that it owes: nothing went to a tier.
    expect(appendedTo).toEqual([SENDER_TOPICS.attempts]);
    expect(sender.toCommit()).toMatchObject([{ offset: 1 }]);
    expect({ asked: asked.length, unanswered: sender.unansweredVerdicts }).toEqual({ asked: 0, unanswered: 0 });
  });
});

/** The version of the webhook that config-service leaves, or that it does not answer. */
type Said = number | undefined | Error;

/** A sender whose receiver has said "gone", and whose config-service was asked. */
async function startStopped() {
  const { sender, posts, facts, clock, asked, notAnswered, give, acknowledge, apply } = await startSteered();
  give(deliveryAt(0));
  posts[0]?.end(GONE);
  acknowledge();
  sender.tick();
  let offset = 0;
  /** What becomes of a delivery that comes now. */
  const fate = (): string => {
    const before = posts.length;
    give(deliveryAt(++offset));
    const post = posts[before];
    if (post === undefined) {
      const fact = facts.at(-1);
      return fact?.kind === 'deferred' || fact?.kind === 'skipped' ? fact.reason : 'nothing';
    }
    post.end(answered(200));
    return 'sent';
  };
  const answer = async (said: Said): Promise<void> => {
    if (said instanceof Error) asked.at(-1)?.reject(said);
    else asked.at(-1)?.resolve(said);
    await new Promise(setImmediate);
  };
  return { sender, clock, asked, notAnswered, fate, answer, apply };
}

type Stopped = Awaited<ReturnType<typeof startStopped>>;
type Step = readonly [step: (scene: Stopped) => unknown, fate: string];

const STOPPED = 'receiver gone';
const SKIPPED = 'webhook disabled';
const state =
  (version: number, more: Partial<WebhookState> = {}) =>
  ({ apply }: Stopped): void =>
    apply({ ...WEBHOOK, version, ...more });
const answer =
  (said: Said) =>
  async (scene: Stopped): Promise<void> =>
    scene.answer(said);

const disabled = (version: number) => state(version, { enabled: false });
const renamed = (version: number) => state(version, { name: 'renamed' });
const enabled = (version: number) => state(version);

describe('the stop of a webhook whose receiver wants nothing more', () => {
  it.each<[string, readonly Step[]]>([
    [
      'ends with the state that came of it, when config-service has answered before',
      [
        [answer(2), STOPPED],
        [disabled(2), SKIPPED],
        [enabled(3), 'sent'],
      ],
    ],
    [
      'ends with the answer, when the state that came of it was there before',
      [
        [disabled(2), SKIPPED],
        [enabled(3), STOPPED],
        [answer(2), 'sent'],
      ],
    ],
    [
      'outlasts a change that has nothing to do with it and comes before the answer',
      [
        [renamed(2), STOPPED],
        [answer(3), STOPPED],
        [disabled(3), SKIPPED],
        [enabled(4), 'sent'],
      ],
    ],
    [
      'outlasts a change that has nothing to do with it and comes after the answer',
      [
        [answer(3), STOPPED],
        [renamed(2), STOPPED],
        [disabled(3), SKIPPED],
        [enabled(4), 'sent'],
      ],
    ],
    [
      'ends with a state newer than the one that came of it, which is not seen where the log was compacted',
      [
        [answer(2), STOPPED],
        [enabled(3), 'sent'],
      ],
    ],
    ['ends with the answer that nothing comes of it, as the state known here is the newest', [[answer(1), 'sent']]],
    ['ends with the answer that there is no such webhook', [[answer(undefined), 'sent']]],
    ['ends at once where the endpoint is another one', [[state(2, { url: 'https://other.example/' }), 'sent']]],
    [
      'outlasts a config-service that does not answer',
      [
        [answer(new Error('away')), STOPPED],
        [renamed(2), STOPPED],
      ],
    ],
  ])('%s', async (_title, steps) => {
    const scene = await startStopped();
    expect(scene.fate()).toBe(STOPPED);
    const fates: string[] = [];
    for (const [step] of steps) {
      await step(scene);
      fates.push(scene.fate());
    }
    expect(fates).toEqual(steps.map(([, fate]) => fate));
  });

  it('has config-service asked again when it does not answer, later each time', async () => {
    const { sender, clock, asked, notAnswered, answer: say } = await startStopped();
    const askedAfter = (ms: number): number => {
      clock.nowMs += ms;
      sender.tick();
      return asked.length;
    };
    await say(new Error('away'));
    expect([askedAfter(999), askedAfter(1)]).toEqual([1, 2]);
    await say(new Error('away'));
    expect([askedAfter(1_999), askedAfter(1)]).toEqual([2, 3]);
    expect(notAnswered).toEqual([WEBHOOK.id, WEBHOOK.id]);
    expect(sender.unansweredVerdicts).toBe(1);
    await say(2);
    expect(sender.unansweredVerdicts).toBe(0);
    expect(askedAfter(60_000)).toBe(3);
  });
});
