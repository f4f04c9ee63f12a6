/**
 * Counts facts anew, to find out whether the tables say the same. On purpose it shares nothing with the projection: it
 * keeps every fact and looks at them all at the end, where the projection folds one after the other.
 */
export interface CountedFact {
  readonly kind: 'attempted' | 'deferred' | 'skipped' | 'expired';
  readonly outcome: 'succeeded' | 'retrying' | 'failed' | null;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly deliveryId: string;
  readonly firstScheduledAtMs: number;
  readonly round: number;
  readonly attemptNumber: number;
  readonly deferrals: number;
  readonly atMs: number;
  /** Where it lies in `attempts`. */
  readonly partition: number;
  readonly offset: number;
}

export interface RecountedDelivery {
  readonly deliveryId: string;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly firstScheduledAtMs: number;
  /** More than one where facts of the very same moment contradict each other. */
  readonly possibleStates: readonly string[];
  readonly isRequest: boolean;
  /** Different attempts; twins are one. */
  readonly attempts: number;
  /** Of its last fact. */
  readonly partition: number;
  readonly offset: number;
}

export class Recount {
  readonly #factsOf = new Map<string, CountedFact[]>();

  add(fact: CountedFact): void {
    const key = `${fact.deliveryId} ${fact.firstScheduledAtMs}`;
    const facts = this.#factsOf.get(key);
    if (facts === undefined) this.#factsOf.set(key, [fact]);
    else facts.push(fact);
  }

  *deliveries(): Generator<RecountedDelivery> {
    for (const facts of this.#factsOf.values()) {
      const last = facts.at(-1);
      if (last === undefined) continue;
      const attempts = facts.filter(({ kind }) => kind === 'attempted');
      yield {
        deliveryId: last.deliveryId,
        tenantId: last.tenantId,
        webhookId: last.webhookId,
        firstScheduledAtMs: last.firstScheduledAtMs,
        possibleStates: possibleStatesOf(facts),
        isRequest: attempts.length > 0 || facts.some(({ kind }) => kind === 'expired'),
        attempts: new Set(attempts.map(({ round, attemptNumber }) => `${round}/${attemptNumber}`)).size,
        partition: last.partition,
        offset: last.offset,
      };
    }
  }
}

/** "Final beats open, success beats error, else the highest (round, number, deferrals)", read literally. */
function possibleStatesOf(facts: readonly CountedFact[]): readonly string[] {
  if (facts.some(({ outcome }) => outcome === 'succeeded')) return ['succeeded'];
  const final = facts.filter((fact) => fact.outcome === 'failed' || fact.kind === 'expired' || fact.kind === 'skipped');
  const deciding = final.length > 0 ? final : facts;
  const sorted = deciding.toSorted(
    (left, right) =>
      right.round - left.round ||
      right.attemptNumber - left.attemptNumber ||
      right.deferrals - left.deferrals ||
      right.atMs - left.atMs,
  );
  const [first] = sorted;
  const ties = sorted.filter(
    (fact) =>
      fact.round === first?.round &&
      fact.attemptNumber === first.attemptNumber &&
      fact.deferrals === first.deferrals &&
      fact.atMs === first.atMs,
  );
  return [...new Set(ties.map(({ kind, outcome }) => (kind === 'deferred' ? 'waiting' : (outcome ?? kind))))];
}
