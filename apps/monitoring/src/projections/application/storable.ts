import type { Attempted, Delivery, Fact, FactBase } from '@signalbox/contracts';

/** Up to here a time in microseconds is a whole number without loss, so that a key read back is the key that was written. */
const LAST_MS = Date.parse('2255-01-01T00:00:00.000Z');
const INT4_MAX = 2 ** 31 - 1;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// eslint-disable-next-line no-control-regex -- an id with a control character is what is looked for
const IDENTIFIER = /^[^\u0000-\u001f\u007f]{1,256}$/;

/** What a fact and a delivery have in common. */
type Placed = Pick<
  FactBase,
  'tenantId' | 'eventType' | 'deliveryId' | 'round' | 'attemptNumber' | 'deferrals' | 'firstScheduledAtMs'
>;

/**
 * Why the tables cannot hold a record, or null. The codecs accept every number; one that Postgres refuses would stop its
 * partition for ever, so it is found here and put aside instead.
 */
export function whyNotStorable(placed: Placed, webhookId: string): string | null {
  if (!UUID.test(placed.deliveryId)) return 'field "deliveryId" must be a UUID in lower case';
  if (!IDENTIFIER.test(webhookId))
    return 'the webhook id must be 1 to 256 characters, none of them a control character';
  for (const name of ['tenantId', 'eventType'] as const) {
    if (!IDENTIFIER.test(placed[name]))
      return `field "${name}" must be 1 to 256 characters, none of them a control character`;
  }
  for (const name of ['round', 'attemptNumber', 'deferrals'] as const) {
    if (!isCount(placed[name], INT4_MAX)) return `field "${name}" must be a whole number from 0 to ${INT4_MAX}`;
  }
  return isCount(placed.firstScheduledAtMs, LAST_MS) ? null : 'field "firstScheduledAtMs" must be Unix milliseconds';
}

export function whyFactNotStorable(fact: Fact): string | null {
  if (!isCount(fact.atMs, LAST_MS)) return 'field "atMs" must be Unix milliseconds';
  return whyNotStorable(fact, fact.webhookId) ?? whyKindNotStorable(fact);
}

export function whyDeliveryNotStorable(delivery: Delivery, webhookId: string): string | null {
  return whyNotStorable(delivery, webhookId);
}

const BREAKER_STATES: readonly unknown[] = ['closed', 'open', 'half-open'];

function whyKindNotStorable(fact: Fact): string | null {
  switch (fact.kind) {
    case 'attempted':
      return whyAttemptNotStorable(fact);
    case 'deferred':
      if (!isTime(fact.dueAtMs)) return 'field "dueAtMs" must be Unix milliseconds';
      return whyNoText('detail', fact.detail) ?? whyNoText('reason', fact.reason);
    case 'breaker-changed':
      if (!BREAKER_STATES.includes(fact.state)) return 'field "state" must be closed, open or half-open';
      if (!isTime(fact.openSinceMs) || !isTime(fact.nextProbeAtMs))
        return 'times of a breaker must be Unix milliseconds';
      return whyNoText('reason', fact.reason);
    case 'skipped':
      return whyNoText('reason', fact.reason);
    case 'expired':
      return null;
  }
  return fact satisfies never;
}

function whyAttemptNotStorable(fact: Attempted): string | null {
  if (!isTime(fact.startedAtMs)) return 'field "startedAtMs" must be Unix milliseconds';
  if (!isTime(fact.nextAttemptAtMs)) return 'field "nextAttemptAtMs" must be Unix milliseconds';
  if (fact.statusCode !== undefined && !isCount(fact.statusCode, 999)) return 'field "statusCode" must be 0 to 999';
  const { dnsMs = 0, connectMs = 0, tlsMs = 0, firstByteMs = 0, totalMs } = fact.timings;
  if (!Number.isFinite(totalMs)) return 'field "timings.totalMs" must be a number';
  if (![dnsMs, connectMs, tlsMs, firstByteMs].every(Number.isFinite)) return 'field "timings" must hold numbers';
  return (
    whyNoText('errorClass', fact.errorClass) ??
    whyNoText('error', fact.error) ??
    whyNoText('headerNames', fact.headerNames) ??
    whyNoText('answer', fact.answer) ??
    whyNoText('verdict', fact.verdict)
  );
}

/** A number in an optional text would stop the encoder of its column. */
function whyNoText(name: string, value: unknown): string | null {
  return value === undefined || typeof value === 'string' ? null : `field "${name}" must be a string`;
}

function isTime(value: number | undefined): boolean {
  return value === undefined || isCount(value, LAST_MS);
}

function isCount(value: unknown, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
