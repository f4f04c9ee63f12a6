import type { Failed, PostOutcome } from '@signalbox/egress';
import type { AttemptOutcome } from '../domain/send-facts.ts';
import type { EndpointSignals } from './admission.ts';
import { NOTHING_LEARNT } from './admission.ts';

const CONGESTED: EndpointSignals = { lane: 'congestion', breaker: 'failure' };
const SILENT: EndpointSignals = { lane: 'congestion', breaker: 'no contact' };
const UNREACHED: EndpointSignals = { lane: 'neutral', breaker: 'no contact' };
const BROKEN: EndpointSignals = { lane: 'neutral', breaker: 'failure' };
const BUSY: EndpointSignals = { lane: 'congestion', breaker: 'success' };
const WELL: EndpointSignals = { lane: 'success', breaker: 'success' };
/** It answers, and quickly; that it refuses what it is sent says nothing about its capacity. */
const REFUSING: EndpointSignals = { lane: 'neutral', breaker: 'success' };

/** What an outcome says about the endpoint: whether it has capacity, and whether it is there at all. */
export function signalsOf(outcome: PostOutcome): EndpointSignals {
  if (outcome.kind === 'failed') return outcome.isOwnFault ? NOTHING_LEARNT : signalsOfFailure(outcome.errorClass);
  const { statusCode } = outcome;
  if (statusCode >= 500) return CONGESTED;
  if (statusCode === 429) return BUSY;
  return statusCode >= 200 && statusCode < 300 ? WELL : REFUSING;
}

function signalsOfFailure(errorClass: Failed['errorClass']): EndpointSignals {
  switch (errorClass) {
    case 'timeout':
      return SILENT;
    case 'dns':
    case 'connect':
    case 'tls':
      return UNREACHED;
    case 'reset':
    case 'protocol':
      return BROKEN;
    case 'refused-address':
      // No connection was made, and holding such deliveries back would spare nobody.
      return NOTHING_LEARNT;
  }
}

/**
 * A failure of a time in which this process stood still: that no answer was read then is not the endpoint's fault.
 * `isUnsent`: not a byte of it went out, so that it can be done anew as if it had not been begun.
 */
export function excused(outcome: Failed, isUnsent: boolean): Failed {
  switch (outcome.errorClass) {
    case 'timeout':
    case 'dns':
    case 'connect':
    case 'tls':
    case 'reset':
      return { ...outcome, isOwnFault: isUnsent, message: `the sender stood still meanwhile: ${outcome.message}` };
    case 'protocol':
    case 'refused-address':
      return outcome;
  }
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
