import { MAX_HEARTBEAT_AGE_MS } from '@signalbox/kafka';

/** One delivery that must arrive: an event that Kafka acknowledged to its publisher, and a webhook that matches it. */
export interface ExpectedDelivery {
  readonly deliveryId: string;
  readonly bodyHash: string;
}

/** One POST as its receiver saw it. Times are Unix ms. */
export interface RecordedPost {
  readonly deliveryId: string;
  readonly bodyHash: string;
  readonly status: number;
  readonly receivedAtMs: number;
  /** When its connection was opened: what tells the POSTs of a killed process from those of the next one. */
  readonly connectedAtMs: number;
  /** Its number among its receiver's: a connection is one process's own. */
  readonly connection: number;
  /** Undefined while the answer is held back, and when the connection ended before it. */
  answeredAtMs: number | undefined;
}

/** What `attempts` holds of a POST. */
export interface AttemptFact {
  readonly deliveryId: string;
  readonly round: number;
  readonly attemptNumber: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** The broker's append time. */
  readonly appendedAtMs: number;
  /** False where its sender had waited in vain, or its connection was gone. */
  readonly wasAnswered: boolean;
}

/** kill -9 of the process that sends. */
export interface Kill {
  readonly atMs: number;
  /** No connection of the next process is older. */
  readonly startedAgainAtMs: number;
}

/**
 * A time in which it was not clear who held what: a process was stopped, one joined or left, brokers were away. It ends
 * when each member knows what it holds and Kafka has acknowledged what came before.
 */
export interface Unrest {
  readonly atMs: number;
  readonly untilMs: number;
  /**
   * What a sender had may have come to it again: a partition that it had lost, a record that a role which was stopped made
   * twice. Only then may it make a POST again itself.
   */
  readonly mayComeBack: boolean;
  /**
   * There may be two records of one attempt: another role was stopped or brokers were away, and a fact of the one says nothing of
   * the other. Default: false, and whoever holds the partition anew has read the facts that were there by then.
   */
  readonly mayMakeTwins?: boolean;
}

/** The members of the sender's group were told anew what they hold. */
export interface Generation {
  /** No member knew before. */
  readonly atMs: number;
  /** The test has made it itself, in an unrest of its own or by a kill or a stop: these say what they excuse. */
  readonly isExpected: boolean;
  /** Where they are the same as before, each goes on with what it had, and nothing is made twice. */
  readonly hasOtherMembers: boolean;
}

/**
 * What a POST of an attempt that had been POSTed before is: design.md, invariant 3. After a kill -9 those answered and
 * not yet acknowledged are expected, and those that had no answer yet when the process that made them ended.
 */
export const DUPLICATE_CLASSES = ['answered but unacknowledged', 'in flight at hand-over', 'other'] as const;
export type DuplicateClass = (typeof DUPLICATE_CLASSES)[number];

export interface Audit {
  readonly expected: number;
  /** Ids of deliveries that never had a 2xx. */
  readonly lost: readonly string[];
  /** POSTs beyond the first of the same attempt. */
  readonly duplicated: Readonly<Record<DuplicateClass, number>>;
  /** The POSTs classed `other`, each with the one before it. */
  readonly unexplained: readonly Repetition[];
  /** POSTs of deliveries that nobody published. */
  readonly unexpected: readonly string[];
  /** POSTs whose body was not the event with `hookId` at its end. */
  readonly altered: readonly string[];
  /** POSTs that no fact tells of and that were not made again: nobody would ever know of them. */
  readonly withoutFact: readonly string[];
  /** Facts of a POST that no receiver saw. */
  readonly withoutPost: readonly string[];
  /** Generations that the test has not made: some are the machine's doing, many are a fault that they would excuse. */
  readonly unforeseenGenerations: number;
}

export interface AuditInput {
  readonly expected: readonly ExpectedDelivery[];
  readonly posts: readonly RecordedPost[];
  readonly facts: readonly AttemptFact[];
  readonly kills: readonly Kill[];
  readonly unrests?: readonly Unrest[];
  /** In order. */
  readonly generations?: readonly Generation[];
  /** A fact is on its log, and a new holder reads past it, while not all brokers have it. Default: 0, as with one broker. */
  readonly replicatedWithinMs?: number;
}

/** What may have been excused, beside what POSTs were. */
interface Circumstances {
  readonly kills: readonly Kill[];
  readonly unrests: readonly Unrest[];
  readonly generations: readonly Generation[];
  readonly replicatedWithinMs: number;
}

/** A receiver on a busy machine reads what was sent to it so much later at most. */
const READ_WITHIN_MS = 5_000;

/** A fact that never came was forgotten, and not lost with its process, where its answer came so long before. */
const ACKNOWLEDGED_WITHIN_MS = 1_000;

export interface PostOfAttempt {
  readonly post: RecordedPost;
  readonly fact: AttemptFact | undefined;
  /** Round and attempt number; undefined where no fact tells, now or later. */
  readonly attempt: string | undefined;
}

/** A POST of an attempt that had been POSTed before. */
export interface Repetition {
  readonly kind: DuplicateClass;
  readonly first: PostOfAttempt;
  readonly again: PostOfAttempt;
}

/** Compares what was published with what receivers got. The facts only say which attempt a POST belonged to. */
export function auditDeliveries(input: AuditInput): Audit {
  const { expected, posts, facts, kills, unrests = [], generations = [], replicatedWithinMs = 0 } = input;
  const postsById = groupById(posts);
  const factsById = groupById(facts);
  const isExpected = new Set(expected.map(({ deliveryId }) => deliveryId));
  const lost: string[] = [];
  const altered: string[] = [];
  const withoutFact: string[] = [];
  const withoutPost: string[] = [];
  const duplicated: Record<DuplicateClass, number> = {
    'answered but unacknowledged': 0,
    'in flight at hand-over': 0,
    other: 0,
  };
  const unexplained: Repetition[] = [];
  for (const { deliveryId, bodyHash } of expected) {
    const ofDelivery = postsById.get(deliveryId) ?? [];
    const isSuccess = (post: RecordedPost): boolean =>
      post.answeredAtMs !== undefined && post.status >= 200 && post.status < 300;
    if (!ofDelivery.some(isSuccess)) lost.push(deliveryId);
    if (ofDelivery.some((post) => post.bodyHash !== bodyHash)) altered.push(deliveryId);
    const { matched, unmatchedFacts } = matchPosts(ofDelivery, factsById.get(deliveryId) ?? []);
    if (unmatchedFacts > 0) withoutPost.push(deliveryId);
    if (matched.some(({ attempt }) => attempt === undefined)) withoutFact.push(deliveryId);
    for (const repetition of repetitionsIn(matched, { kills, unrests, generations, replicatedWithinMs })) {
      duplicated[repetition.kind]++;
      if (repetition.kind === 'other') unexplained.push(repetition);
    }
  }
  const unexpected = [...postsById.keys()].filter((id) => !isExpected.has(id));
  return {
    expected: expected.length,
    lost,
    duplicated,
    unexplained,
    unexpected,
    altered,
    withoutFact,
    withoutPost,
    unforeseenGenerations: generations.filter((generation) => !generation.isExpected).length,
  };
}

/**
 * Gives each POST the fact made while it was under way: of those that fit the one that ended first, as the others may still
 * fit a later POST. Else one that its sender had given up before the receiver read it. A POST without is of the attempt that
 * was made next.
 */
function matchPosts(
  posts: readonly RecordedPost[],
  facts: readonly AttemptFact[],
): { readonly matched: readonly PostOfAttempt[]; readonly unmatchedFacts: number } {
  const inOrder = posts.toSorted((a, b) => a.receivedAtMs - b.receivedAtMs);
  const factsInOrder = withoutTwins(facts).toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  const open = new Set(factsInOrder.toSorted((a, b) => a.endedAtMs - b.endedAtMs));
  const matched = inOrder.map((post): PostOfAttempt => {
    const { receivedAtMs } = post;
    const fact =
      [...open].find(({ startedAtMs, endedAtMs }) => startedAtMs <= receivedAtMs && receivedAtMs <= endedAtMs) ??
      [...open].find((given) => isGivenUpBefore(given, receivedAtMs));
    if (fact !== undefined) open.delete(fact);
    const telling = fact ?? factsInOrder.find(({ startedAtMs }) => startedAtMs > receivedAtMs);
    return { post, fact, attempt: telling && `${telling.round}/${telling.attemptNumber}` };
  });
  return { matched, unmatchedFacts: open.size };
}

function isGivenUpBefore({ wasAnswered, endedAtMs }: AttemptFact, receivedAtMs: number): boolean {
  return !wasAnswered && endedAtMs < receivedAtMs && receivedAtMs <= endedAtMs + READ_WITHIN_MS;
}

/** A fact whose append was not acknowledged is appended again: it is one and the same fact. */
function withoutTwins(facts: readonly AttemptFact[]): readonly AttemptFact[] {
  const first = new Map<string, AttemptFact>();
  for (const fact of facts) {
    const { round, attemptNumber, startedAtMs, endedAtMs } = fact;
    const key = `${round}/${attemptNumber}/${startedAtMs}/${endedAtMs}`;
    if (!first.has(key)) first.set(key, fact);
  }
  return [...first.values()];
}

function repetitionsIn(matched: readonly PostOfAttempt[], circumstances: Circumstances): readonly Repetition[] {
  const latest = new Map<string, PostOfAttempt>();
  const repetitions: Repetition[] = [];
  for (const again of matched) {
    if (again.attempt === undefined) continue;
    const first = latest.get(again.attempt);
    if (first !== undefined) repetitions.push({ kind: classOf(first, again, circumstances), first, again });
    latest.set(again.attempt, again);
  }
  return repetitions;
}

function classOf(first: PostOfAttempt, again: PostOfAttempt, circumstances: Circumstances): DuplicateClass {
  const { kills, unrests } = circumstances;
  const { connectedAtMs, receivedAtMs } = again.post;
  // The first kill after which it was still to be made again; a POST on an older connection is the same process's own.
  const kill = kills.find(
    ({ startedAgainAtMs }) => first.post.connectedAtMs < startedAgainAtMs && connectedAtMs >= startedAgainAtMs,
  );
  const ofKill = kill === undefined ? 'other' : classAsOf(kill.atMs, first);
  if (ofKill !== 'other') return ofKill;
  const isOwn = first.post.connection === again.post.connection;
  const excusing = isOwn ? unrests.filter(({ mayComeBack }) => mayComeBack) : unrests;
  const unrest = excusing.find(
    ({ atMs, untilMs }) =>
      first.post.receivedAtMs <= untilMs && receivedAtMs >= atMs && classAsOf(atMs, first) !== 'other',
  );
  if (unrest !== undefined) {
    const wasRead = unrest.mayMakeTwins !== true && wasThereForItsHolder(first, again, circumstances);
    return wasRead ? 'other' : classAsOf(unrest.atMs, first);
  }
  if (isOfHandOver(first.fact, again.fact, excusing)) return 'in flight at hand-over';
  // Which of them began before the other came to its receiver says little: a process may stand still in between.
  const ofGeneration = classByGenerations(first, again, circumstances, isOwn);
  return ofGeneration === 'other' ? classByGenerations(again, first, circumstances, isOwn) : ofGeneration;
}

/**
 * What `old` was to who has POSTed it again, if a generation of other members that the test did not make has come between: it
 * must have begun before its sender could know of that generation, it must not have been told of by then, and the other one
 * must have begun later. What began only after it may as well be of the same new holder, who does not make again what it was
 * told of itself. What one and the same sender makes again must have been another one's in between: that takes two generations.
 */
function classByGenerations(
  old: PostOfAttempt,
  next: PostOfAttempt,
  { generations, replicatedWithinMs }: Circumstances,
  isOwn: boolean,
): DuplicateClass {
  const handOvers = generations.filter(({ hasOtherMembers }) => hasOtherMembers);
  const isOneAfterOther = wasToldOfBefore(old, next) || wasToldOfBefore(next, old);
  for (const [index, generation] of handOvers.entries()) {
    const { atMs, isExpected } = generation;
    const isLeftBehind = begunAtMs(old) <= (isOneAfterOther ? atMs : atMs + MAX_HEARTBEAT_AGE_MS);
    if (!isLeftBehind) continue;
    const taken = isOwn ? handOvers.slice(index + 1) : [generation];
    const isTaken = taken.some((later) => (!isExpected || !later.isExpected) && begunAtMs(next) >= later.atMs);
    const kind = isTaken ? classAsOf(atMs - replicatedWithinMs, old) : 'other';
    if (kind !== 'other') return kind;
  }
  return 'other';
}

/** Its fact lay on the log when whoever made `again` was told what it holds, and read what had been done. */
function wasThereForItsHolder(
  { fact }: PostOfAttempt,
  again: PostOfAttempt,
  { generations, replicatedWithinMs }: Circumstances,
): boolean {
  const told = generations.findLast(({ atMs }) => atMs <= begunAtMs(again));
  return fact !== undefined && told !== undefined && fact.appendedAtMs <= told.atMs - replicatedWithinMs;
}

function wasToldOfBefore({ fact }: PostOfAttempt, other: PostOfAttempt): boolean {
  return fact !== undefined && fact.appendedAtMs <= begunAtMs(other);
}

function begunAtMs({ post, fact }: PostOfAttempt): number {
  return fact?.startedAtMs ?? post.receivedAtMs;
}

/** One of them had begun in the unrest, and neither was told of when the other one began. */
function isOfHandOver(
  first: AttemptFact | undefined,
  again: AttemptFact | undefined,
  unrests: readonly Unrest[],
): boolean {
  if (first === undefined || again === undefined) return false;
  if (first.appendedAtMs <= again.startedAtMs || again.appendedAtMs <= first.startedAtMs) return false;
  return unrests.some(({ atMs, untilMs }) =>
    [first, again].some(({ startedAtMs }) => startedAtMs >= atMs && startedAtMs <= untilMs),
  );
}

/** What a POST was when something happened: one whose fact was there is nobody's to make again. */
function classAsOf(atMs: number, { post, fact }: PostOfAttempt): DuplicateClass {
  if (fact !== undefined && fact.appendedAtMs <= atMs) return 'other';
  const { answeredAtMs } = post;
  if (answeredAtMs === undefined || answeredAtMs > atMs) return 'in flight at hand-over';
  const isLate = fact !== undefined || answeredAtMs >= atMs - ACKNOWLEDGED_WITHIN_MS;
  return isLate ? 'answered but unacknowledged' : 'other';
}

function groupById<T extends { readonly deliveryId: string }>(items: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.deliveryId);
    if (group === undefined) groups.set(item.deliveryId, [item]);
    else group.push(item);
  }
  return groups;
}
