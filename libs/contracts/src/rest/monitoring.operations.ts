import { operationOf } from './documentation.ts';
import { LIVE_ENTRIES } from './live.operations.ts';
import { listOf, ref } from './monitoring-document.schemas.ts';
import type { MonitoringEntry } from './monitoring-entry.ts';
import type { RestMethod, RestOperation } from './operation.ts';
import { OPS_ENTRIES } from './ops.operations.ts';
import { END_TIME, IDEMPOTENCY_KEY, PAGE, PAGE_HEADERS, PAGE_SIZE, START_TIME, queryOf as text } from './parameters.ts';

const object = { type: 'object' } as const;
const NO_WEBHOOK = ['entity.not_exists_with_id'] as const;
const BAD_QUERY = ['entity.not_exists_with_id', 'guard.invalid_input', 'log.invalid_time_window'] as const;

/** What the public door checks and passes on to monitoring. */
const ENTRIES: readonly MonitoringEntry[] = [
  [
    'get',
    '/api/hooks/{id}/recent-logs',
    'deliveries:read',
    {
      summary: 'The request log of the last 24 hours, newest first',
      parameters: [
        text('logKey', '`TriggerHook.<event>`'),
        PAGE,
        PAGE_SIZE,
        START_TIME,
        END_TIME,
        text('enableCap', '`true`: counts to 10,000 and says so'),
      ],
      answer: { status: 200, description: 'A page', schema: listOf('LogEntry'), headers: PAGE_HEADERS },
      errors: [...BAD_QUERY, 'guard.invalid_pagination'],
    },
  ],
  [
    'get',
    '/api/logs/{id}',
    'deliveries:read',
    {
      summary: 'One entry of the request log',
      answer: { status: 200, description: 'The entry', schema: ref('LogEntry') },
      errors: NO_WEBHOOK,
    },
  ],
  [
    'get',
    '/api/hooks/{id}/deliveries',
    'deliveries:read',
    {
      summary: 'Deliveries with their state, newest first',
      description: 'Pages stay the same while deliveries arrive. Without times: those of the last 24 hours.',
      parameters: [
        text('state', 'One of queued, retrying, waiting, succeeded, failed, expired and skipped'),
        text('event', 'An event type'),
        text('statusClass', 'Such as `5xx`'),
        text('from', 'Unix ms, inclusive'),
        text('to', 'Unix ms, inclusive'),
        text('id', 'A delivery or event id; without times all deliveries that are kept are searched'),
        text('cursor', '`nextCursor` of the page before'),
        text('limit', '1 to 100; default 20'),
      ],
      answer: { status: 200, description: 'A page', schema: ref('DeliveryPage') },
      errors: BAD_QUERY,
    },
  ],
  [
    'get',
    '/api/hooks/{id}/deliveries/{deliveryId}',
    'deliveries:read',
    {
      summary: 'A delivery with every attempt and every wait',
      answer: { status: 200, description: 'The delivery', schema: ref('DeliveryDetails') },
      errors: NO_WEBHOOK,
    },
  ],
  [
    'post',
    '/api/hooks/{id}/deliveries/{deliveryId}/resend',
    'deliveries:resend',
    {
      summary: 'Resend a delivery',
      description:
        'A further round of attempts with the same `webhook-id`, in the same log entry. 409 `delivery.round_open` while one is open, with `data.nextAttemptAt` where it is known.',
      parameters: [IDEMPOTENCY_KEY],
      body: object,
      isBodyOptional: true,
      answer: { status: 202, description: 'Taken on', schema: ref('ResentDelivery') },
      errors: [...NO_WEBHOOK, 'delivery.round_open', 'entity.invalid_input'],
    },
  ],
  [
    'post',
    '/api/hooks/{id}/resends',
    'deliveries:resend',
    {
      summary: 'Resend many',
      description:
        'Those that match are counted first; then they are resent at the rate, each as a further round. A delivery with an open round is passed over.',
      parameters: [IDEMPOTENCY_KEY],
      body: ref('ResendRequest'),
      answer: { status: 202, description: 'Taken on', schema: ref('Resend') },
      otherAnswer: { status: 200, description: 'Counted only, for `dryRun`', schema: ref('ResendEstimate') },
      errors: [...NO_WEBHOOK, 'log.invalid_time_window'],
    },
  ],
  [
    'get',
    '/api/hooks/{id}/resends',
    'deliveries:read',
    {
      summary: 'Resends of many, newest first',
      answer: { status: 200, description: 'Their progress', schema: ref('ResendPage') },
      errors: NO_WEBHOOK,
    },
  ],
  [
    'get',
    '/api/hooks/{id}/resends/{resendId}',
    'deliveries:read',
    {
      summary: 'The progress of a resend',
      answer: { status: 200, description: 'The resend', schema: ref('Resend') },
      errors: NO_WEBHOOK,
    },
  ],
  [
    'delete',
    '/api/hooks/{id}/resends/{resendId}',
    'deliveries:resend',
    {
      summary: 'Cancel a resend',
      description: 'What was resent stays so. One that has ended stays as it is.',
      answer: { status: 202, description: 'As it stands now', schema: ref('Resend') },
      errors: NO_WEBHOOK,
    },
  ],
  [
    'get',
    '/api/hooks/{id}/health',
    'deliveries:read',
    {
      summary: 'The last 24 hours by the minute',
      answer: { status: 200, description: 'The health', schema: ref('WebhookHealth') },
      errors: NO_WEBHOOK,
    },
  ],
  [
    'get',
    '/api/health',
    'deliveries:read',
    {
      summary: 'What a list of webhooks needs, or the health of the whole tenant',
      parameters: [text('hookIds', 'Webhook ids separated by commas, 100 at most; none: all of the tenant together')],
      answer: {
        status: 200,
        description: 'One for each id, or of all together',
        schema: { anyOf: [ref('HealthPage'), ref('TenantHealth')] },
      },
      errors: ['guard.invalid_input'],
    },
  ],
  [
    'get',
    '/api/ops/health',
    'ops:read',
    {
      summary: 'The health of all tenants together',
      answer: { status: 200, description: 'The last 24 hours by the minute', schema: ref('TenantHealth') },
    },
  ],
  ...LIVE_ENTRIES,
  ...OPS_ENTRIES,
];

/** By path and method; the routes of the door itself are patterns and have no description. */
export const MONITORING_OPERATIONS: readonly (readonly [string, RestMethod, RestOperation])[] = ENTRIES.map(
  ([method, path, scope, documentation]) => [
    path,
    method,
    {
      operationId: `${method} ${path}`.replaceAll(/[^a-zA-Z]+/g, '_'),
      summary: documentation.summary,
      tags: ['Deliveries and operations'],
      ...operationOf(
        { ...documentation, errors: ['route.not_found', ...(documentation.errors ?? [])] },
        scope,
        'PassedError',
      ),
      'x-answered-by': 'monitoring',
    },
  ],
);
