import type { CountedFact } from './counted-fact.ts';
import { digestOf } from './counted-fact.ts';
import type { RecountedDelivery } from './recount.ts';
import { statesOf } from './recount.ts';

/** A delivery as the table has it. */
export interface StoredDelivery {
  readonly deliveryId: string;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly firstScheduledAtMs: number;
  readonly eventType: string;
  readonly state: string;
  readonly isRequest: boolean;
  /** When the fact happened that decides the state, when what it owes is due, and why; all null while it is queued. */
  readonly standingAtMs: number | null;
  readonly nextAtMs: number | null;
  readonly reason: string | null;
  readonly round: number;
  readonly roundState: string;
  readonly roundNextAtMs: number | null;
  /** Null before the first attempt, as what follows. */
  readonly hasSucceeded: boolean | null;
  readonly bestAtMs: number | null;
  readonly bestTotalMs: number | null;
  readonly statusCode: number | null;
  readonly errorClass: string | null;
  readonly hasExpired: boolean;
}

/** What of a delivery's row is not what its facts say. */
export function* deliveryDifferences(facts: RecountedDelivery, row: StoredDelivery): Generator<string> {
  if (!facts.possibleStates.includes(row.state)) {
    yield `its row says ${row.state}, its facts say ${facts.possibleStates.join(' or ')}`;
  } else if (!facts.deciding.some((fact) => isDecidedBy(fact, row))) {
    yield `when and why it is ${row.state} is not what its facts say`;
  }
  if (row.isRequest !== facts.isRequest) yield `it ${facts.isRequest ? 'must' : 'must not'} be in the request log`;
  if (row.tenantId !== facts.tenantId) {
    yield `it is stored for tenant ${row.tenantId} and belongs to ${facts.tenantId}`;
  }
  if (row.webhookId !== facts.webhookId) yield `it is stored for webhook ${row.webhookId}`;
  // Its record may tell of an earlier time than any of its facts.
  if (row.firstScheduledAtMs > facts.firstScheduledAtMs) {
    yield `it is stored at ${row.firstScheduledAtMs}, and was first scheduled at ${facts.firstScheduledAtMs}`;
  }
  if (row.eventType !== facts.eventType) {
    yield `it is stored as event ${row.eventType}, its facts say ${facts.eventType}`;
  }
  if (row.hasExpired !== facts.hasExpired) yield `it ${facts.hasExpired ? 'has' : 'has not'} expired`;
  yield* answerDifferences(facts.best, row);
  yield* roundDifferences(facts, row);
}

function isDecidedBy(fact: CountedFact, row: StoredDelivery): boolean {
  return row.standingAtMs === fact.atMs && row.nextAtMs === owedAtMsOf(fact) && digestOf(row.reason) === fact.why;
}

/** When what a fact owes is due; null where it owes nothing. */
function owedAtMsOf({ kind, outcome, nextAtMs }: CountedFact): number | null {
  return kind === 'deferred' || outcome === 'retrying' ? nextAtMs : null;
}

function* answerDifferences(best: CountedFact | undefined, row: StoredDelivery): Generator<string> {
  const told = [
    ['success', row.hasSucceeded, best === undefined ? null : best.outcome === 'succeeded'],
    ['time', row.bestAtMs, best?.atMs ?? null],
    ['duration', row.bestTotalMs, best?.totalMs ?? null],
    ['status', row.statusCode, best?.statusCode ?? null],
    ['error class', row.errorClass, best?.errorClass ?? null],
  ] as const;
  for (const [name, stored, expected] of told) {
    if (stored !== expected) yield `the ${name} of its answer is ${stored}, its facts say ${expected}`;
  }
}

/** A round of which only the record was seen is none that the facts know. */
function* roundDifferences({ decidingLastRound }: RecountedDelivery, row: StoredDelivery): Generator<string> {
  const round = decidingLastRound[0]?.round ?? 0;
  const states = row.round > round ? ['queued'] : statesOf(decidingLastRound);
  if (row.round < round) yield `its last round is ${row.round}, its facts say ${round}`;
  else if (!states.includes(row.roundState)) {
    yield `its round ${row.round} is ${row.roundState}, its facts say ${states.join(' or ')}`;
  } else if (row.round === round && !decidingLastRound.some((fact) => owedAtMsOf(fact) === row.roundNextAtMs)) {
    yield `when its round ${row.round} goes on is not what its facts say`;
  }
}
