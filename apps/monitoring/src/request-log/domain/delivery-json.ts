import type { ListedDelivery, RecordedAttempt } from './delivery-view.ts';
import { bodyJson } from './log-entry.ts';

/** A delivery as the API shows it; fields that say nothing are left out. */
export function deliveryView(delivery: ListedDelivery) {
  return {
    id: delivery.deliveryId,
    hookId: delivery.webhookId,
    event: delivery.eventType,
    ...present({ eventId: delivery.eventId }),
    state: delivery.state,
    ...present({
      reason: delivery.reason,
      nextAttemptAt: delivery.nextAttemptAtMs,
      statusCode: delivery.statusCode,
      errorClass: delivery.errorClass,
    }),
    createdAt: delivery.firstScheduledAtMs,
  };
}

export function attemptView(attempt: RecordedAttempt) {
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = attempt;
  return {
    kind: attempt.kind,
    round: attempt.round,
    number: attempt.attemptNumber,
    deferrals: attempt.deferrals,
    at: attempt.atMs,
    ...present({
      startedAt: attempt.startedAtMs,
      outcome: attempt.outcome,
      statusCode: attempt.statusCode,
      errorClass: attempt.errorClass,
      error: attempt.error,
      answer: attempt.answer,
      verdict: attempt.verdict,
      reason: attempt.reason,
      nextAttemptAt: attempt.nextAttemptAtMs,
    }),
    ...(totalMs === null ? {} : { duration: { ...present({ dnsMs, connectMs, tlsMs, firstByteMs }), totalMs } }),
  };
}

/** One delivery with all that happened to it, as JSON text: its body stays as it was sent. */
export function deliveryJson(
  delivery: ListedDelivery,
  body: Buffer | null,
  attempts: readonly RecordedAttempt[],
): string {
  const fields = JSON.stringify({ ...deliveryView(delivery), attempts: attempts.map(attemptView) });
  return `${fields.slice(0, -1)},"request":{"body":${bodyJson(body)}}}`;
}

function present<T extends object>(fields: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Partial<{
    [K in keyof T]: NonNullable<T[K]>;
  }>;
}
