import { createHash } from 'node:crypto';

/** A fact about a delivery, as the topic has it. Times are Unix ms. */
export interface CountedFact {
  readonly kind: 'attempted' | 'deferred' | 'skipped' | 'expired';
  readonly outcome: 'succeeded' | 'retrying' | 'failed' | null;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly deliveryId: string;
  readonly eventType: string;
  readonly firstScheduledAtMs: number;
  readonly round: number;
  readonly attemptNumber: number;
  readonly deferrals: number;
  readonly atMs: number;
  readonly totalMs: number | null;
  readonly statusCode: number | null;
  readonly errorClass: string | null;
  readonly nextAtMs: number | null;
  /** Why it has not succeeded, as the delivery tells it; see {@link digestOf}. */
  readonly why: string;
  /** What else its row tells; see {@link digestsOf}. */
  readonly further: string;
  /** Where it lies in `attempts`. */
  readonly partition: number;
  readonly offset: number;
}

/** What is told of a fact besides, and is neither counted nor decides anything. */
const FURTHER = [
  'startedAt',
  'dns',
  'connect',
  'tls',
  'firstByte',
  'error',
  'answer',
  'verdict',
  'reason',
  'detail',
  'deferrals',
  'webhookEpoch',
  'webhookVersion',
] as const;

/** Short, so that many facts find room; of a text without NUL, which Postgres cannot hold. */
export function digestOf(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return createHash('md5').update(value.replaceAll('\0', '\uFFFD')).digest('base64').slice(0, 12);
}

const SEPARATOR = '|';

/** Of values in the order of {@link FURTHER}; one text, as many facts are held. */
export function digestsOf(values: readonly (string | number | null | undefined)[]): string {
  return values.map(digestOf).join(SEPARATOR);
}

/** The names of those that differ. */
export function differingOf(left: string, right: string): readonly string[] {
  if (left === right) return [];
  const others = right.split(SEPARATOR);
  return left.split(SEPARATOR).flatMap((one, index) => (one === others[index] ? [] : (FURTHER[index] ?? [])));
}

/** Whether a row, or a fact, tells this at all. */
export function isTold(further: string, name: (typeof FURTHER)[number]): boolean {
  return further.split(SEPARATOR)[FURTHER.indexOf(name)] !== '';
}

/** Which of `count` slices a webhook belongs to; the tables are asked by the same rule. At most 256 slices. */
export function sliceOf(webhookId: string, count: number): number {
  return (createHash('md5').update(webhookId).digest()[0] ?? 0) % count;
}

/** Names the row of `attempt` that a fact is stored in: one for each attempt, and for each time it was put off. */
export function slotOf(fact: Pick<CountedFact, 'kind' | 'round' | 'attemptNumber' | 'deferrals'>): string {
  const wait = fact.kind === 'deferred' ? fact.deferrals : 0;
  return `${fact.kind} ${fact.round}/${fact.attemptNumber}/${wait}`;
}
