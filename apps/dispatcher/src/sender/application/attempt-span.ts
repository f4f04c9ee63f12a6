import type { PostOutcome } from '@signalbox/egress';
import type { OpenSpan, Tracing } from '@signalbox/observability';
import type { SendTask } from '../domain/send-task.ts';

/** The span of one attempt; undefined where its trace is not sampled. The task keeps its context for the fact. */
export function startAttemptSpan(
  tracing: Pick<Tracing, 'start'>,
  task: SendTask,
  startMs: number,
): OpenSpan | undefined {
  const { delivery, webhookId } = task;
  const span = tracing.start({
    name: 'POST webhook',
    kind: 'client',
    parent: delivery.traceparent,
    startMs,
    attributes: {
      'http.request.method': 'POST',
      'signalbox.webhook_id': webhookId,
      'signalbox.delivery_id': delivery.deliveryId,
      'signalbox.event': delivery.eventType,
      'signalbox.round': delivery.round,
      'signalbox.attempt': delivery.attemptNumber,
    },
  });
  if (span !== undefined) task.attemptTrace = span.traceparent;
  return span;
}

/** Neither URL nor answer: they may hold what is the customer's secret. */
export function endAttemptSpan(span: OpenSpan, outcome: PostOutcome): void {
  if (outcome.kind === 'failed') {
    span.end({ error: outcome.message });
    return;
  }
  const { statusCode } = outcome;
  span.end({
    attributes: { 'http.response.status_code': statusCode },
    ...(statusCode >= 400 && { error: `answered with status ${statusCode}` }),
  });
}
