import type { JsonSchema } from './operation.ts';
import { COUNT, UNIX_MS, closed } from './schema-parts.ts';

const DELIVERY_STATES = ['queued', 'retrying', 'waiting', 'succeeded', 'failed', 'expired', 'skipped'] as const;
const RESENDABLE_STATES = ['failed', 'expired', 'skipped', 'succeeded'] as const;
const ERROR_CLASSES = 'dns, refused-address, connect, tls, timeout, reset, protocol, http-status';

const durationMs: JsonSchema = { type: 'number', minimum: 0, description: 'ms' };
const round: JsonSchema = {
  type: 'integer',
  minimum: 0,
  description: "0 is the event's own; a resend is a further one",
};
const latency: JsonSchema = {
  type: ['number', 'null'],
  description: 'ms, off by 12.3 % at most; null where nothing was sent',
};
const rate: JsonSchema = {
  type: ['number', 'null'],
  minimum: 0,
  maximum: 1,
  description: 'succeeded ÷ (succeeded + failed); null while nothing has ended',
};

/** How a breaker that is not closed is told. */
const openBreaker: Record<string, JsonSchema> = {
  openSince: { ...UNIX_MS, description: 'Unix ms: when the breaker was opened' },
  because: { type: 'string', description: 'What opened the breaker' },
  nextProbeAt: { ...UNIX_MS, description: 'Unix ms: when it next lets a delivery through' },
};

const delivery: Record<string, JsonSchema> = {
  id: { type: 'string', format: 'uuid', description: 'Sent as `webhook-id`' },
  hookId: { type: 'string' },
  event: { type: 'string' },
  eventId: { type: 'string', description: 'Absent where only attempts of it were seen yet' },
  state: {
    enum: [...DELIVERY_STATES],
    description: 'Of all rounds: it stays `succeeded` or `failed` while a resend is under way',
  },
  why: {
    ...closed(
      {
        reason: { type: 'string' },
        since: UNIX_MS,
        ...openBreaker,
        expectedAt: { ...UNIX_MS, description: 'Unix ms: when its turn is expected' },
      },
      ['since', ...Object.keys(openBreaker), 'expectedAt'],
    ),
    description: 'Why it waits, failed, was skipped or expired',
  },
  attempts: { ...COUNT, description: 'POSTs that were made, in all rounds' },
  rounds: { type: 'integer', minimum: 1 },
  openRound: {
    ...closed({ round, state: { enum: ['queued', 'retrying', 'waiting'] }, nextAttemptAt: UNIX_MS }, ['nextAttemptAt']),
    description: 'A resend that is under way',
  },
  statusCode: { type: 'integer', description: 'Of the attempt that stands for the delivery' },
  errorClass: { type: 'string', description: ERROR_CLASSES },
  durationMs,
  createdAt: { ...UNIX_MS, description: 'Unix ms: when it was first scheduled' },
  lastAttemptAt: UNIX_MS,
  nextAttemptAt: UNIX_MS,
};

const OPTIONAL_OF_DELIVERY = [
  'eventId',
  'why',
  'openRound',
  'statusCode',
  'errorClass',
  'durationMs',
  'lastAttemptAt',
  'nextAttemptAt',
];

const timelineEntry: JsonSchema = {
  ...closed({
    kind: {
      enum: ['attempted', 'deferred', 'skipped', 'expired', 'resent'],
      description: '`resent`: asked for by someone',
    },
    at: UNIX_MS,
    round,
    number: { type: 'integer', minimum: 1, description: 'Of the attempt, within its round' },
    deferrals: { ...COUNT, description: 'How often it had been put off' },
    startedAt: UNIX_MS,
    ownHeaders: {
      type: 'array',
      items: { type: 'string' },
      description:
        "Names of the webhook's own headers that went along; absent without any, and where it was not told yet",
    },
    outcome: { enum: ['succeeded', 'retrying', 'failed'] },
    statusCode: { type: 'integer' },
    errorClass: { type: 'string', description: ERROR_CLASSES },
    error: { type: 'string' },
    durations: {
      ...closed({ dns: durationMs, connect: durationMs, tls: durationMs, firstByte: durationMs, total: durationMs }, [
        'dns',
        'connect',
        'tls',
        'firstByte',
      ]),
      description: 'A step that did not happen, as on a kept connection, is absent',
    },
    answer: {
      ...closed(
        {
          headers: { type: 'object', additionalProperties: { type: 'string' } },
          body: { type: 'string', description: 'The first 4 KiB' },
          truncated: { type: 'boolean', description: 'All of the 4 KiB are taken: there may have been more' },
        },
        ['headers'],
      ),
    },
    verdict: { enum: ['disable-webhook', 'abort-delivery'], description: 'What the receiver asked for' },
    nextAttemptAt: UNIX_MS,
    reason: { type: 'string' },
    ...openBreaker,
    reasonText: { type: 'string', description: 'For people, in one line; its times are UTC' },
    actor: { type: 'string', description: 'Who asked for the resend' },
  }),
  required: ['kind', 'at', 'round'],
};

const counts: Record<string, JsonSchema> = {
  requests: { ...COUNT, description: 'Deliveries with an attempt, and expired ones' },
  succeeded: COUNT,
  failed: COUNT,
  open: { ...COUNT, description: 'retrying and waiting' },
  retrying: COUNT,
  waiting: { ...COUNT, description: 'Put off or queued' },
};
const latencyMs = { ...closed({ p50: latency, p95: latency, p99: latency }), description: 'Of attempts' };
const oldestUndeliveredAt = { ...UNIX_MS, description: 'Unix ms, to the minute; absent where nothing is open' };
const breakerState: JsonSchema = { enum: ['closed', 'open', 'half-open'] };
const optionalOfBreaker = Object.keys(openBreaker);

const health: Record<string, JsonSchema> = {
  from: UNIX_MS,
  to: UNIX_MS,
  ...counts,
  successRate: rate,
  latencyMs,
  series: {
    type: 'array',
    description: 'By the minute; minutes without any delivery are left out',
    items: closed({ at: UNIX_MS, requests: COUNT, succeeded: COUNT, failed: COUNT, open: COUNT, p95: latency }),
  },
  errorClasses: {
    type: 'array',
    description: 'Attempts that failed, by why, the most frequent first; a request may take several attempts',
    items: closed({ class: { type: 'string', description: `${ERROR_CLASSES}; other` }, attempts: COUNT }),
  },
  oldestUndeliveredAt,
};

const resend: Record<string, JsonSchema> = {
  id: { type: 'string', format: 'uuid' },
  hookId: { type: 'string' },
  state: { enum: ['running', 'done', 'cancelled'] },
  filter: closed({ state: { enum: [...RESENDABLE_STATES] }, from: UNIX_MS, to: UNIX_MS, event: { type: 'string' } }, [
    'event',
  ]),
  ratePerSecond: { type: 'integer', minimum: 1, maximum: 1_000 },
  counts: {
    ...closed({ matching: COUNT, resent: COUNT, passedOver: COUNT, remaining: COUNT }),
    description:
      '`passedOver`: had another round open, its body is not kept, or it ended or was resent otherwise meanwhile',
  },
  createdAt: UNIX_MS,
  createdBy: { type: 'string' },
  endedAt: UNIX_MS,
};

/** What answers of monitoring are made of. */
export const MONITORING_SCHEMAS = {
  Delivery: closed(delivery, OPTIONAL_OF_DELIVERY),
  DeliveryPage: closed(
    {
      data: { type: 'array', items: { $ref: '#/components/schemas/Delivery' }, description: 'Newest first' },
      nextCursor: { type: 'string', description: 'Absent on the last page' },
    },
    ['nextCursor'],
  ),
  DeliveryDetails: closed(
    {
      ...delivery,
      request: closed({
        headers: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'Of the last attempt; values masked',
        },
        body: { description: 'The JSON that was sent, as it was sent; null where it is not kept' },
      }),
      timeline: { type: 'array', items: timelineEntry, description: 'In the order it happened' },
    },
    OPTIONAL_OF_DELIVERY,
  ),
  ResentDelivery: closed({
    id: { type: 'string', format: 'uuid' },
    hookId: { type: 'string' },
    round,
    requestedAt: UNIX_MS,
  }),
  Resend: closed(resend, ['endedAt']),
  ResendPage: closed({
    data: { type: 'array', items: { $ref: '#/components/schemas/Resend' }, description: 'Newest first, 100 at most' },
  }),
  ResendEstimate: closed({ dryRun: { const: true }, matching: COUNT }),
  ResendRequest: closed(
    {
      state: { enum: [...RESENDABLE_STATES] },
      from: { ...UNIX_MS, description: 'Unix ms, inclusive' },
      to: { ...UNIX_MS, description: 'Unix ms, inclusive' },
      event: { type: 'string', minLength: 1, maxLength: 128 },
      ratePerSecond: { type: 'integer', minimum: 1, maximum: 1_000, description: 'Default 10' },
      dryRun: { type: 'boolean', description: 'Only counts' },
    },
    ['event', 'ratePerSecond', 'dryRun'],
  ),
  WebhookHealth: closed(
    {
      hookId: { type: 'string' },
      ...health,
      breaker: closed(
        {
          state: breakerState,
          ...openBreaker,
          history: {
            type: 'array',
            description: 'Changes within the time told of, oldest first; the latest 500',
            items: closed(
              {
                at: UNIX_MS,
                state: breakerState,
                reason: { type: 'string' },
                openSince: UNIX_MS,
                nextProbeAt: UNIX_MS,
              },
              ['reason', 'openSince', 'nextProbeAt'],
            ),
          },
        },
        optionalOfBreaker,
      ),
    },
    ['oldestUndeliveredAt'],
  ),
  TenantHealth: closed(health, ['oldestUndeliveredAt']),
  HealthPage: closed({
    from: UNIX_MS,
    to: UNIX_MS,
    data: {
      type: 'array',
      description: 'In the order asked for; zeros for what is unknown',
      items: closed(
        {
          hookId: { type: 'string' },
          ...counts,
          successRate: rate,
          latencyMs,
          series24: {
            type: 'array',
            minItems: 24,
            maxItems: 24,
            description: 'The last 24 clock hours, the current one last',
            items: closed({ at: UNIX_MS, requests: COUNT, failed: COUNT }),
          },
          breaker: closed({ state: breakerState, ...openBreaker }, optionalOfBreaker),
          oldestUndeliveredAt,
        },
        ['oldestUndeliveredAt'],
      ),
    },
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;
