import { describe, expect, it } from '@jest/globals';
import type { AttemptFact, Generation, RecordedPost } from './delivery-audit.ts';
import { auditDeliveries } from './delivery-audit.ts';

const KILL = { atMs: 1_000, startedAgainAtMs: 1_010 };
const expected = [{ deliveryId: 'a', bodyHash: 'h' }];

const post = (receivedAtMs: number, more: Partial<RecordedPost> = {}): RecordedPost => ({
  deliveryId: 'a',
  bodyHash: 'h',
  status: 200,
  receivedAtMs,
  connectedAtMs: receivedAtMs < KILL.startedAgainAtMs ? 0 : KILL.startedAgainAtMs + 5,
  connection: receivedAtMs,
  answeredAtMs: receivedAtMs + 10,
  ...more,
});
const fact = (postAtMs: number, attemptNumber: number, more: Partial<AttemptFact> = {}): AttemptFact => ({
  deliveryId: 'a',
  round: 0,
  attemptNumber,
  startedAtMs: postAtMs - 2,
  endedAtMs: postAtMs + 12,
  appendedAtMs: postAtMs + 20,
  wasAnswered: true,
  ...more,
});
const none = { 'answered but unacknowledged': 0, 'in flight at hand-over': 0, other: 0 };

describe('the audit of deliveries', () => {
  it('finds nothing wrong with a retry that was answered 500 first', () => {
    const posts = [post(100, { status: 500 }), post(2_000)];
    const audit = auditDeliveries({ expected, posts, facts: [fact(100, 1), fact(2_000, 2)], kills: [KILL] });
    expect(audit).toEqual({
      expected: 1,
      lost: [],
      duplicated: none,
      unexplained: [],
      unexpected: [],
      altered: [],
      withoutFact: [],
      withoutPost: [],
      unforeseenGenerations: 0,
    });
  });

  it('counts a delivery as lost that never came, or never had a 2xx', () => {
    expect(auditDeliveries({ expected, posts: [], facts: [], kills: [] }).lost).toEqual(['a']);
    const refused = { expected, posts: [post(100, { status: 500 })], facts: [fact(100, 1)], kills: [] };
    expect(auditDeliveries(refused).lost).toEqual(['a']);
    const unanswered = { expected, posts: [post(100, { answeredAtMs: undefined })], facts: [], kills: [KILL] };
    expect(auditDeliveries(unanswered).lost).toEqual(['a']);
  });

  it('tells duplicates after a kill by whether the first POST had its answer', () => {
    const again = { facts: [fact(2_000, 1)], kills: [KILL] };
    const answered = auditDeliveries({ expected, posts: [post(980), post(2_000)], ...again });
    expect(answered.duplicated).toEqual({ ...none, 'answered but unacknowledged': 1 });
    const inFlight = auditDeliveries({ expected, posts: [post(995), post(2_000)], ...again });
    expect(inFlight.duplicated).toEqual({ ...none, 'in flight at hand-over': 1 });
    const afterIt = auditDeliveries({ expected, posts: [post(1_004), post(2_000)], ...again });
    expect(afterIt.duplicated).toEqual({ ...none, 'in flight at hand-over': 1 });
  });

  it('excuses no duplicate that was answered long before the kill and never had a fact', () => {
    const kill = { atMs: 5_000, startedAgainAtMs: 5_010 };
    const posts = [post(3_980, { connectedAtMs: 0 }), post(6_000, { connectedAtMs: 5_020 })];
    const late = auditDeliveries({ expected, posts, facts: [fact(6_000, 1)], kills: [kill] });
    expect(late.duplicated).toEqual({ ...none, other: 1 });
    const soon = [post(3_990, { connectedAtMs: 0 }), post(6_000, { connectedAtMs: 5_020 })];
    const audit = auditDeliveries({ expected, posts: soon, facts: [fact(6_000, 1)], kills: [kill] });
    expect(audit.duplicated).toEqual({ ...none, 'answered but unacknowledged': 1 });
  });

  it('excuses no duplicate whose fact was on the log before the kill', () => {
    const facts = [fact(900, 1), fact(2_000, 1)];
    const audit = auditDeliveries({ expected, posts: [post(900), post(2_000)], facts, kills: [KILL] });
    expect(audit.duplicated).toEqual({ ...none, other: 1 });
  });

  it('excuses no duplicate without a kill, nor one that the same process made', () => {
    const facts = [fact(500, 1), fact(700, 1)];
    const posts = [post(500), post(700)];
    expect(auditDeliveries({ expected, posts, facts, kills: [] }).duplicated).toEqual({ ...none, other: 1 });
    expect(auditDeliveries({ expected, posts, facts, kills: [KILL] }).duplicated).toEqual({ ...none, other: 1 });
    const late = [post(2_000), post(3_000)];
    const audit = auditDeliveries({ expected, posts: late, facts: [fact(2_000, 1), fact(3_000, 1)], kills: [KILL] });
    expect(audit.duplicated).toEqual({ ...none, other: 1 });
  });

  it('judges a POST by the first kill after it, when there are several', () => {
    const second = { atMs: 5_000, startedAgainAtMs: 5_010 };
    const posts = [post(995), post(6_000, { connectedAtMs: 5_020 })];
    const audit = auditDeliveries({ expected, posts, facts: [fact(6_000, 1)], kills: [KILL, second] });
    expect(audit.duplicated).toEqual({ ...none, 'in flight at hand-over': 1 });
  });

  it('tells POSTs without a fact, facts without a POST, bodies that changed and deliveries of nobody', () => {
    const noFact = auditDeliveries({ expected, posts: [post(100)], facts: [], kills: [] });
    expect(noFact).toMatchObject({ lost: [], withoutFact: ['a'], duplicated: none });
    const noPost = auditDeliveries({ expected, posts: [post(100)], facts: [fact(100, 1), fact(500, 2)], kills: [] });
    expect(noPost.withoutPost).toEqual(['a']);
    const other = [post(100, { bodyHash: 'x' }), post(100, { deliveryId: 'b' })];
    const audit = auditDeliveries({ expected, posts: other, facts: [fact(100, 1)], kills: [] });
    expect(audit).toMatchObject({ altered: ['a'], unexpected: ['b'] });
  });

  it.each([
    {
      what: 'finds the POST that was given up before it was read',
      readAtMs: 10_103,
      wasAnswered: false,
      withoutPost: [],
    },
    { what: 'but none where that was long before', readAtMs: 15_101, wasAnswered: false, withoutPost: ['a'] },
    { what: 'nor for an attempt that was answered', readAtMs: 10_103, wasAnswered: true, withoutPost: ['a'] },
  ])('$what', ({ readAtMs, wasAnswered, withoutPost }) => {
    const facts = [fact(100, 1, { endedAtMs: 10_100, appendedAtMs: 10_110, wasAnswered }), fact(20_000, 2)];
    const posts = [post(readAtMs, { answeredAtMs: undefined }), post(20_000)];
    const audit = auditDeliveries({ expected, posts, facts, kills: [] });
    expect(audit).toMatchObject({ lost: [], withoutFact: [], withoutPost });
    expect(audit.duplicated).toEqual({ ...none, other: withoutPost.length });
  });

  it('finds the fact of each POST where two senders had the same attempt under way at once', () => {
    const slow = fact(100, 1, { startedAtMs: 100, endedAtMs: 900 });
    const fast = fact(100, 1, { startedAtMs: 150, endedAtMs: 400 });
    const unrests = [{ atMs: 0, untilMs: 1_000, mayComeBack: true }];
    const posts = [post(300, { connectedAtMs: 0 }), post(700, { connectedAtMs: 0 })];
    for (const facts of [
      [slow, fast],
      [fast, slow],
    ]) {
      const audit = auditDeliveries({ expected, posts, facts, kills: [], unrests });
      expect(audit).toMatchObject({ withoutFact: [], withoutPost: [] });
    }
  });

  it('takes a fact that is in the log twice for one', () => {
    const facts = [fact(100, 1), fact(100, 1, { appendedAtMs: 900 })];
    const audit = auditDeliveries({ expected, posts: [post(100)], facts, kills: [] });
    expect(audit).toMatchObject({ withoutPost: [], duplicated: none });
  });

  it('excuses in unrest what was in flight, or answered and unacknowledged, and nothing that its fact told of', () => {
    const unrests = [{ atMs: 1_000, untilMs: 9_000, mayComeBack: true }];
    const connectedAtMs = 0;
    const again = post(7_000, { connectedAtMs });
    const judge = (first: RecordedPost, ...facts: AttemptFact[]) =>
      auditDeliveries({ expected, posts: [first, again], facts: [...facts, fact(7_000, 1)], kills: [], unrests })
        .duplicated;
    expect(judge(post(999, { connectedAtMs, answeredAtMs: 1_500 }))).toEqual({ ...none, 'in flight at hand-over': 1 });
    expect(judge(post(900, { connectedAtMs, answeredAtMs: 950 }))).toEqual({
      ...none,
      'answered but unacknowledged': 1,
    });
    expect(judge(post(900, { connectedAtMs, answeredAtMs: 950 }), fact(900, 1))).toEqual({ ...none, other: 1 });
  });

  it('excuses no POST made again on its own connection, unless its partition may have come back', () => {
    const posts = [
      post(999, { connectedAtMs: 0, connection: 7, answeredAtMs: 1_500 }),
      post(7_000, { connectedAtMs: 0, connection: 7 }),
    ];
    const judge = (mayComeBack: boolean, facts: readonly AttemptFact[]) =>
      auditDeliveries({
        expected,
        posts,
        facts,
        kills: [],
        unrests: [{ atMs: 1_000, untilMs: 9_000, mayComeBack }],
      }).duplicated;
    const atOnce = [
      fact(999, 1, { endedAtMs: 7_100, appendedAtMs: 7_200 }),
      fact(7_000, 1, { endedAtMs: 7_300, appendedAtMs: 7_400 }),
    ];
    for (const facts of [[fact(7_000, 1)], atOnce]) {
      expect(judge(false, facts)).toEqual({ ...none, other: 1 });
      expect(judge(true, facts)).toEqual({ ...none, 'in flight at hand-over': 1 });
    }
  });

  it('excuses in unrest nothing that the next holder was told of, unless there may be two records of it', () => {
    const posts = [post(1_500, { connectedAtMs: 0, answeredAtMs: 1_510 }), post(7_000, { connectedAtMs: 0 })];
    const facts = [fact(1_500, 1, { endedAtMs: 1_511, appendedAtMs: 1_520 }), fact(7_000, 1)];
    const judge = (toldAtMs: number, mayMakeTwins: boolean) =>
      auditDeliveries({
        expected,
        posts,
        facts,
        kills: [],
        unrests: [{ atMs: 1_000, untilMs: 9_000, mayComeBack: true, mayMakeTwins }],
        generations: [{ atMs: toldAtMs, isExpected: true, hasOtherMembers: true }],
      }).duplicated;
    expect(judge(6_000, false)).toEqual({ ...none, other: 1 });
    expect(judge(6_000, true)).toEqual({ ...none, 'in flight at hand-over': 1 });
    expect(judge(1_519, false)).toEqual({ ...none, 'in flight at hand-over': 1 });
  });

  it('tells a fact that came late from one that never came', () => {
    const unrests = [{ atMs: 5_000, untilMs: 9_000, mayComeBack: true }];
    const connectedAtMs = 0;
    const posts = [post(900, { connectedAtMs, answeredAtMs: 950 }), post(7_000, { connectedAtMs })];
    const judge = (...facts: AttemptFact[]) =>
      auditDeliveries({ expected, posts, facts: [...facts, fact(7_000, 1)], kills: [], unrests }).duplicated;
    const late = fact(900, 1, { appendedAtMs: 5_001 });
    expect(judge(late)).toEqual({ ...none, 'answered but unacknowledged': 1 });
    expect(judge()).toEqual({ ...none, other: 1 });
  });

  it('excuses two POSTs under way at once of which one had begun in unrest, whichever of them came late', () => {
    const unrests = [{ atMs: 1_000, untilMs: 2_000, mayComeBack: true }];
    const posts = [post(2_100, { connectedAtMs: 0 }), post(2_500, { connectedAtMs: 0 })];
    const judge = (first: Partial<AttemptFact>, last: Partial<AttemptFact>) =>
      auditDeliveries({
        expected,
        posts,
        facts: [fact(2_100, 1, first), fact(2_500, 1, last)],
        kills: [],
        unrests,
      }).duplicated;
    const handOver = { ...none, 'in flight at hand-over': 1 };
    expect(judge({}, { startedAtMs: 1_500 })).toEqual(handOver);
    expect(judge({ startedAtMs: 1_500, appendedAtMs: 2_499 }, { startedAtMs: 2_498 })).toEqual(handOver);
    const other = { ...none, other: 1 };
    expect(judge({ appendedAtMs: 1_400 }, { startedAtMs: 1_500 })).toEqual(other);
    expect(judge({ startedAtMs: 1_500 }, {})).toEqual(other);
    expect(judge({ appendedAtMs: 2_499 }, {})).toEqual(other);
  });

  describe('with a generation that the test did not make', () => {
    const unforeseen = { atMs: 5_000, isExpected: false, hasOtherMembers: true };
    const judge = (
      posts: readonly RecordedPost[],
      facts: readonly AttemptFact[],
      generations: readonly Generation[] = [unforeseen],
      replicatedWithinMs = 1_000,
    ) => auditDeliveries({ expected, posts, facts, kills: [], generations, replicatedWithinMs }).duplicated;
    const handOver = { ...none, 'in flight at hand-over': 1 };
    const other = { ...none, other: 1 };

    it('excuses what was under way when it came, and what was not told of by then', () => {
      const slow = post(4_900, { answeredAtMs: 6_500 });
      expect(
        judge([slow, post(6_000)], [fact(4_900, 1, { endedAtMs: 6_510, appendedAtMs: 6_520 }), fact(6_000, 1)]),
      ).toEqual(handOver);
      expect(judge([slow, post(60_000)], [fact(60_000, 1)])).toEqual(handOver);
      const answered = [post(3_500), post(6_000)];
      const untold = { ...none, 'answered but unacknowledged': 1 };
      expect(judge(answered, [fact(3_500, 1, { appendedAtMs: 5_500 }), fact(6_000, 1)])).toEqual(untold);
    });

    it('excuses what a sender began while it could not know of it yet, whichever POST came first', () => {
      const late = fact(7_000, 1, { startedAtMs: 4_000, endedAtMs: 7_100, appendedAtMs: 7_200 });
      expect(judge([post(6_000), post(7_000)], [fact(6_000, 1), late])).toEqual(handOver);
      const untold = fact(9_400, 1, { appendedAtMs: 9_800 });
      expect(judge([post(9_400), post(9_700)], [untold, fact(9_700, 1)])).toEqual({
        ...none,
        'in flight at hand-over': 1,
      });
    });

    it('excuses nothing of what began after it and was told of before it was made again', () => {
      expect(judge([post(5_500), post(5_900)], [fact(5_500, 1), fact(5_900, 1)])).toEqual(other);
      expect(judge([post(9_400), post(9_700)], [fact(9_400, 1), fact(9_700, 1)])).toEqual(other);
      // Begun before it by whoever held it then: the new holder had read the log before that fact came.
      expect(judge([post(4_995), post(5_900)], [fact(4_995, 1), fact(5_900, 1)])).toEqual(handOver);
    });

    it('excuses nothing where its members are those of the one before', () => {
      const slow = post(4_900, { answeredAtMs: 6_500 });
      const same = { ...unforeseen, hasOtherMembers: false };
      expect(judge([slow, post(6_000)], [fact(6_000, 1)], [same])).toEqual(other);
      const own = [post(4_900, { connection: 7, answeredAtMs: 9_500 }), post(9_000, { connection: 7 })];
      expect(judge(own, [fact(9_000, 1)], [unforeseen, { ...same, atMs: 8_000 }])).toEqual(other);
    });

    it('gives a fact no time to come to all brokers where there is one', () => {
      const posts = [post(4_500), post(6_000)];
      const facts = [fact(4_500, 1), fact(6_000, 1)];
      expect(judge(posts, facts)).toEqual(handOver);
      expect(judge(posts, facts, [unforeseen], 0)).toEqual(other);
    });

    it('is counted, unless the test has made it', () => {
      const generations = [unforeseen, { ...unforeseen, isExpected: true }, { ...unforeseen, hasOtherMembers: false }];
      const audit = auditDeliveries({ expected, posts: [], facts: [], kills: [], generations });
      expect(audit.unforeseenGenerations).toBe(2);
    });

    it('excuses nothing outside of it', () => {
      const before = [post(4_000), post(4_500)];
      expect(judge(before, [fact(4_000, 1, { appendedAtMs: 5_500 }), fact(4_500, 1)])).toEqual(other);
      const after = [post(9_600), post(9_900)];
      expect(judge(after, [fact(9_600, 1), fact(9_900, 1)])).toEqual(other);
      expect(judge([post(3_900), post(6_000)], [fact(3_900, 1), fact(6_000, 1)])).toEqual(other);
      expect(judge([post(2_980), post(6_000)], [fact(6_000, 1)])).toEqual(other);
    });

    it('excuses nothing by one that the test has made: its unrest says what that excuses', () => {
      const posts = [post(4_900, { answeredAtMs: 6_500 }), post(6_000)];
      expect(judge(posts, [fact(6_000, 1)], [{ ...unforeseen, isExpected: true }])).toEqual(other);
    });

    it('excuses a POST made again on its own connection only where it was another one’s in between', () => {
      const posts = [post(4_900, { connection: 7, answeredAtMs: 9_500 }), post(9_000, { connection: 7 })];
      const facts = [fact(9_000, 1)];
      const next = { ...unforeseen, atMs: 8_000 };
      expect(judge(posts, facts)).toEqual(other);
      expect(judge(posts, facts, [unforeseen, next])).toEqual(handOver);
      expect(judge(posts, facts, [unforeseen, { ...next, isExpected: true }])).toEqual(handOver);
      expect(judge(posts, facts, [unforeseen, { ...next, atMs: 9_000 }])).toEqual(other);
      const foreseen = [unforeseen, next].map((generation) => ({ ...generation, isExpected: true }));
      expect(judge(posts, facts, foreseen)).toEqual(other);
    });
  });
});
