import type { PostOutcome } from '@signalbox/egress';
import type { LaneSignal } from '../domain/lane.ts';
import type { AttemptOutcome } from '../domain/send-facts.ts';

/** What an outcome says about the endpoint's capacity. */
export function signalOf(outcome: PostOutcome): LaneSignal {
  if (outcome.kind === 'failed') return outcome.errorClass === 'timeout' ? 'congestion' : 'neutral';
  if (outcome.statusCode === 429 || outcome.statusCode >= 500) return 'congestion';
  return outcome.statusCode >= 200 && outcome.statusCode < 300 ? 'success' : 'neutral';
}

/** An outcome of the transport in the terms of facts. */
export function outcomeOf(outcome: PostOutcome, startedAtMs: number, endedAtMs: number): AttemptOutcome {
  const { timings } = outcome;
  if (outcome.kind === 'failed') {
    const { errorClass, message, statusCode } = outcome;
    const status = statusCode === undefined ? {} : { statusCode };
    return { startedAtMs, endedAtMs, timings, errorClass, error: message, ...status };
  }
  const { statusCode, answer, retryAfter, webhookDelivery } = outcome;
  return {
    startedAtMs,
    endedAtMs,
    timings,
    statusCode,
    answer: answer.toString('utf8'),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(webhookDelivery === undefined ? {} : { webhookDelivery }),
  };
}

/** The outcome of an attempt that the URL rules in force forbid: no connection is made. */
export function refusedOutcome(message: string, nowMs: number): AttemptOutcome {
  const timings = { totalMs: 0 };
  return { startedAtMs: nowMs, endedAtMs: nowMs, timings, errorClass: 'refused-address', error: message };
}
