import type { FieldFault } from '../../../access/api-error.ts';
import { badInput } from '../../../access/api-error.ts';
import { checkWindow } from '../../../access/query-reader.ts';
import type { ResendRequest } from '../../domain/bulk-resend.ts';
import { RESENDABLE_STATES } from '../../domain/bulk-resend.ts';

const DEFAULT_RATE = 10;
const MAX_RATE = 1_000;
const MAX_EVENT_LENGTH = 128;
/** Fifteen digits: within what Postgres and a Date can hold. */
const MAX_TIME_MS = 999_999_999_999_999;
const FIELDS: readonly string[] = ['state', 'from', 'to', 'event', 'ratePerSecond', 'dryRun'];

/**
 * Which deliveries are to be resent, and how fast.
 *
 * @throws ApiError `guard.invalid_input` naming every wrong field, or `log.invalid_time_window`.
 */
export function parseResendRequest(body: unknown): ResendRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badInput([{ field: 'body', why: 'is no object', expected: 'a JSON object' }]);
  }
  const fields: Readonly<Record<string, unknown>> = {
    ratePerSecond: DEFAULT_RATE,
    dryRun: false,
    event: null,
    ...body,
  };
  const faults: FieldFault[] = [];
  const wrong = (field: string, expected: string): undefined => {
    faults.push({ field, why: field in fields ? 'is wrong' : 'is missing', expected });
  };
  for (const field of Object.keys(fields)) {
    if (!FIELDS.includes(field)) faults.push({ field, why: 'is not known', expected: `only ${FIELDS.join(', ')}` });
  }
  const wholeNumber = (field: string, min: number, max: number, expected: string): number | undefined => {
    const value = fields[field];
    const isRight = typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
    return isRight ? value : wrong(field, expected);
  };
  const state =
    RESENDABLE_STATES.find((one) => one === fields['state']) ??
    wrong('state', `one of ${RESENDABLE_STATES.join(', ')}`);
  const from = wholeNumber('from', 0, MAX_TIME_MS, 'Unix milliseconds');
  const to = wholeNumber('to', 0, MAX_TIME_MS, 'Unix milliseconds');
  const rate = wholeNumber('ratePerSecond', 1, MAX_RATE, `a whole number from 1 to ${MAX_RATE}`);
  const { event, dryRun } = fields;
  const eventType = event === null || isEventType(event) ? event : wrong('event', 'the name of an event type');
  const isDryRun = typeof dryRun === 'boolean' ? dryRun : wrong('dryRun', 'true or false');
  if (state === undefined || from === undefined || to === undefined) throw badInput(faults);
  if (rate === undefined || eventType === undefined || isDryRun === undefined) throw badInput(faults);
  if (faults.length > 0) throw badInput(faults);
  checkWindow(from, to, ['from', 'to']);
  return { filter: { state, fromMs: from, toMs: to, eventType }, ratePerSecond: rate, isDryRun };
}

function isEventType(value: unknown): value is string {
  // eslint-disable-next-line no-control-regex -- a name with a control character is what is looked for
  return typeof value === 'string' && value.length <= MAX_EVENT_LENGTH && /^[^\u0000-\u001f]+$/.test(value);
}
