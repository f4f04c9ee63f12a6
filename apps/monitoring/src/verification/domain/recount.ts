import type { CountedFact } from './counted-fact.ts';
import { slotOf } from './counted-fact.ts';

/**
 * Counts facts anew, to find out whether the tables say the same. On purpose it shares nothing with the projection: it
 * keeps every fact and looks at them all at the end, where the projection folds one after the other.
 */
export interface RecountedDelivery {
  readonly deliveryId: string;
  readonly tenantId: string;
  readonly webhookId: string;
  /** The lowest that its facts tell. */
  readonly firstScheduledAtMs: number;
  /** More than one where facts of the very same moment contradict each other. */
  readonly possibleStates: readonly string[];
  readonly isRequest: boolean;
  /** How it stands in its last round, where it was skipped before any attempt and has been tried in that round. */
  readonly triedAnew: 'retrying' | 'waiting' | null;
  /** The fact that its row must hold, for each slot (see `slotOf`); twins are one. */
  readonly slots: ReadonlyMap<string, CountedFact>;
  /** For each slot those that may stand, as they count alike; more than one where twins differ in what is told besides. */
  readonly standing: ReadonlyMap<string, readonly CountedFact[]>;
  readonly eventType: string;
  /** The attempt whose answer stands for it: the one that succeeded, else the last; undefined before the first. */
  readonly best: CountedFact | undefined;
  readonly hasExpired: boolean;
  /** Those that may decide its state; more than one where `possibleStates` are, or where they are of the very same moment. */
  readonly deciding: readonly CountedFact[];
  /** The same of its last round alone. */
  readonly decidingLastRound: readonly CountedFact[];
  /** Of its last fact. */
  readonly partition: number;
  readonly offset: number;
}

export class Recount {
  readonly #factsOf = new Map<string, CountedFact[]>();

  add(fact: CountedFact): void {
    const facts = this.#factsOf.get(fact.deliveryId);
    if (facts === undefined) this.#factsOf.set(fact.deliveryId, [fact]);
    else facts.push(fact);
  }

  delivery(deliveryId: string): RecountedDelivery | undefined {
    const facts = this.#factsOf.get(deliveryId);
    return facts === undefined ? undefined : recounted(facts);
  }

  *deliveries(): Generator<RecountedDelivery> {
    for (const facts of this.#factsOf.values()) {
      const delivery = recounted(facts);
      if (delivery !== undefined) yield delivery;
    }
  }
}

function recounted(facts: readonly CountedFact[]): RecountedDelivery | undefined {
  const last = facts.at(-1);
  if (last === undefined) return undefined;
  const slots = new Map<string, CountedFact>();
  const standing = new Map<string, readonly CountedFact[]>();
  for (const [slot, twins] of Map.groupBy(facts, slotOf)) {
    const [first, ...others] = twins.toSorted(standingFirst);
    if (first === undefined) continue;
    slots.set(slot, first);
    standing.set(slot, [first, ...others.filter((other) => standingFirst(first, other) === 0)]);
  }
  const deciding = decidingOf(facts);
  const lastRound = Math.max(...facts.map(({ round }) => round));
  return {
    deliveryId: last.deliveryId,
    tenantId: last.tenantId,
    webhookId: last.webhookId,
    firstScheduledAtMs: Math.min(...facts.map((fact) => fact.firstScheduledAtMs)),
    possibleStates: statesOf(deciding),
    isRequest: facts.some(({ kind }) => kind === 'attempted' || kind === 'expired'),
    triedAnew: triedAnewOf(facts),
    slots,
    standing,
    eventType: last.eventType,
    best: bestOf([...slots.values()]),
    hasExpired: facts.some(({ kind }) => kind === 'expired'),
    deciding,
    decidingLastRound: decidingOf(facts.filter(({ round }) => round === lastRound)),
    partition: last.partition,
    offset: last.offset,
  };
}

/** "Of twins succeeded before failed before retrying, then the later one"; what follows only settles ties. */
function standingFirst(left: CountedFact, right: CountedFact): number {
  const order = ['succeeded', 'failed', 'retrying', null];
  return (
    order.indexOf(left.outcome) - order.indexOf(right.outcome) ||
    right.atMs - left.atMs ||
    (right.totalMs ?? -1) - (left.totalMs ?? -1) ||
    (right.statusCode ?? -1) - (left.statusCode ?? -1) ||
    Number((right.errorClass ?? '') > (left.errorClass ?? '')) -
      Number((right.errorClass ?? '') < (left.errorClass ?? ''))
  );
}

/** "Final beats open, success beats error, else the highest (round, number, deferrals)", read literally. */
function decidingOf(facts: readonly CountedFact[]): readonly CountedFact[] {
  const succeeded = facts.filter(({ outcome }) => outcome === 'succeeded');
  const final = facts.filter(isFailure);
  const sorted = (succeeded.length > 0 ? succeeded : final.length > 0 ? final : facts).toSorted(latestFirst);
  const [first] = sorted;
  return first === undefined ? [] : sorted.filter((fact) => latestFirst(first, fact) === 0);
}

/** How a delivery or a round stands that one of these decides. */
export function statesOf(deciding: readonly CountedFact[]): readonly string[] {
  return [...new Set(deciding.map(({ kind, outcome }) => (kind === 'deferred' ? 'waiting' : (outcome ?? kind))))];
}

function bestOf(slots: readonly CountedFact[]): CountedFact | undefined {
  const attempts = slots.filter(({ kind }) => kind === 'attempted').toSorted(latestFirst);
  return attempts.find(({ outcome }) => outcome === 'succeeded') ?? attempts[0];
}

function latestFirst(left: CountedFact, right: CountedFact): number {
  return (
    right.round - left.round ||
    right.attemptNumber - left.attemptNumber ||
    right.deferrals - left.deferrals ||
    right.atMs - left.atMs
  );
}

function isFailure({ outcome, kind }: CountedFact): boolean {
  return outcome === 'failed' || kind === 'expired' || kind === 'skipped';
}

/** "A resend of one that was skipped untried counts as open from its first attempt until it has ended." */
function triedAnewOf(facts: readonly CountedFact[]): 'retrying' | 'waiting' | null {
  const [skip] = facts.filter(isFailure).toSorted(latestFirst);
  const [last] = facts.toSorted(latestFirst);
  if (skip?.kind !== 'skipped' || skip.attemptNumber > 1 || last === undefined) return null;
  const ofLastRound = facts.filter(({ round }) => round === last.round);
  if (ofLastRound.some(isFailure) || !ofLastRound.some(({ kind }) => kind === 'attempted')) return null;
  return last.kind === 'deferred' ? 'waiting' : 'retrying';
}
