import type {
  Attempted,
  AttemptTimings,
  BreakerChanged,
  Deferred,
  DeferralReason,
  Delivery,
  ErrorClass,
  Expired,
  FactBase,
  ReceiverVerdict,
  Skipped,
  Wait,
  WebhookState,
} from '@signalbox/contracts';
import { attemptIdOfDelivery } from '@signalbox/contracts';
import type { RetryPolicy } from '@signalbox/domain';
import { judgeAttempt, parseRetryAfter } from '@signalbox/domain';
import type { BreakerChange } from './breaker.ts';
import type { ExpectedTurn } from './deferral.ts';
import { deferralDueAtMs, SOON } from './deferral.ts';
import type { SendTask } from './send-task.ts';

/** What came of a POST. */
export interface AttemptOutcome {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly timings: AttemptTimings;
  readonly statusCode?: number;
  readonly answer?: string;
  /** Absent for an answer; `http-status` is added for one that is no success. */
  readonly errorClass?: ErrorClass;
  readonly error?: string;
  readonly retryAfter?: string;
  /** The answer header `webhook-delivery`. */
  readonly webhookDelivery?: string;
}

export type SentWith = Pick<WebhookState, 'epoch' | 'version'> & { readonly retryPolicy: RetryPolicy };

/** What a delivery waits for in a retry tier, as the codec keeps it. */
export const HELD_BACK = 'deferred: breaker open';

/**
 * `sentWith`: the state of the webhook at send time, which may be newer than the one the delivery was routed with. `headerNames`:
 * of its own headers that went along.
 */
export function attempted(
  task: SendTask,
  outcome: AttemptOutcome,
  sentWith: SentWith,
  headerNames?: string,
): Attempted {
  const retryAfterMs = parseRetryAfter(outcome.retryAfter, outcome.endedAtMs);
  const verdict = receiverVerdict(outcome);
  // A status that came before the answer broke off is no success: the receiver may not have taken it.
  const hasAnswered = outcome.errorClass === undefined;
  const judged = judgeAttempt(
    {
      ...(hasAnswered && outcome.statusCode !== undefined ? { statusCode: outcome.statusCode } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      isAborted: verdict === 'abort-delivery',
      leftMs: task.delivery.roundStartedAtMs + sentWith.retryPolicy.maxAgeMs - outcome.endedAtMs,
    },
    sentWith.retryPolicy,
    task.delivery.attemptNumber,
    () => attemptIdOfDelivery(task.delivery),
  );
  const errorClass = outcome.errorClass ?? (judged.kind === 'succeeded' ? undefined : 'http-status');
  const error = outcome.error ?? (errorClass === undefined ? undefined : `answered with status ${outcome.statusCode}`);
  return {
    ...baseOf(task, outcome.endedAtMs),
    webhookEpoch: sentWith.epoch,
    webhookVersion: sentWith.version,
    kind: 'attempted',
    outcome: judged.kind === 'succeeded' ? 'succeeded' : judged.kind === 'retry' ? 'retrying' : 'failed',
    startedAtMs: outcome.startedAtMs,
    ...(headerNames === undefined ? {} : { headerNames }),
    timings: outcome.timings,
    ...(outcome.statusCode === undefined ? {} : { statusCode: outcome.statusCode }),
    ...(outcome.answer === undefined ? {} : { answer: outcome.answer }),
    ...(errorClass === undefined ? {} : { errorClass }),
    ...(error === undefined ? {} : { error }),
    ...(judged.kind === 'retry' ? { nextAttemptAtMs: outcome.endedAtMs + judged.delayMs } : {}),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

export function deferred(
  task: SendTask,
  nowMs: number,
  reason: DeferralReason,
  more: { readonly turn?: ExpectedTurn; readonly detail?: string; readonly maxAgeMs?: number } = {},
): Deferred {
  const id = attemptIdOfDelivery(task.delivery);
  return {
    ...baseOf(task, nowMs),
    kind: 'deferred',
    reason,
    ...(more.detail === undefined ? {} : { detail: more.detail }),
    dueAtMs: deferralDueAtMs(
      nowMs,
      task.delivery.deferrals,
      more.turn ?? SOON,
      id,
      task.delivery.roundStartedAtMs + (more.maxAgeMs ?? Infinity),
    ),
  };
}

export function skipped(task: SendTask, nowMs: number, reason: Skipped['reason']): Skipped {
  return { ...baseOf(task, nowMs), kind: 'skipped', reason };
}

export function expired(task: SendTask, nowMs: number, maxAgeMs: number): Expired {
  return { ...baseOf(task, nowMs), kind: 'expired', maxAgeMs };
}

/** The delivery is the one whose outcome, or whose turn, changed the breaker. It is not settled by this. */
export function breakerChanged(task: SendTask, nowMs: number, change: BreakerChange): BreakerChanged {
  return { ...baseOf(task, nowMs), kind: 'breaker-changed', ...change };
}

/** What of a fact says what it owes. */
export type Owing =
  | Pick<Attempted, 'kind' | 'nextAttemptAtMs' | 'error'>
  | Pick<Deferred, 'kind' | 'dueAtMs' | 'reason'>
  | Pick<Skipped | Expired | BreakerChanged, 'kind'>;

/** The record a fact owes, undefined when it owes none. The same fact always owes the same (design: recovery). */
export function owedBy(
  fact: Owing,
  delivery: Delivery,
): { readonly delivery: Delivery; readonly wait: Wait } | undefined {
  switch (fact.kind) {
    case 'attempted':
      if (fact.nextAttemptAtMs === undefined) return undefined;
      return {
        delivery: { ...delivery, attemptNumber: delivery.attemptNumber + 1, deferrals: 0 },
        wait: { dueAtMs: fact.nextAttemptAtMs, reason: `retry: ${fact.error ?? 'the attempt failed'}` },
      };
    case 'deferred':
      return {
        delivery: { ...delivery, deferrals: delivery.deferrals + 1 },
        wait: { dueAtMs: fact.dueAtMs, reason: `deferred: ${fact.reason}` },
      };
    case 'skipped':
    case 'expired':
    case 'breaker-changed':
      return undefined;
  }
}

function baseOf(task: SendTask, atMs: number): FactBase {
  const { delivery } = task;
  return {
    webhookId: task.webhookId,
    tenantId: delivery.tenantId,
    eventType: delivery.eventType,
    deliveryId: delivery.deliveryId,
    round: delivery.round,
    attemptNumber: delivery.attemptNumber,
    deferrals: delivery.deferrals,
    firstScheduledAtMs: delivery.firstScheduledAtMs,
    roundStartedAtMs: delivery.roundStartedAtMs,
    webhookEpoch: delivery.webhookEpoch,
    webhookVersion: delivery.webhookVersion,
    deliveryOffset: task.offset,
    atMs,
  };
}

function receiverVerdict(outcome: AttemptOutcome): ReceiverVerdict | undefined {
  const asked = outcome.webhookDelivery?.trim().toLowerCase();
  if (outcome.statusCode === 410 || asked === 'disable') return 'disable-webhook';
  return asked === 'abort-message' ? 'abort-delivery' : undefined;
}
