import type { MonitoringEntry } from './monitoring-entry.ts';
import { ref } from './monitoring-document.schemas.ts';
import { IDEMPOTENCY_KEY, queryOf } from './parameters.ts';

const unixMs = { type: 'integer', minimum: 0 } as const;
const ALL_TENANTS = 'Of all tenants: the scopes `ops:read` and `ops:write` are for the operator.';

const decided = (description: string) => ({ status: 200, description, schema: ref('DeadLetter') }) as const;

/** What the operator asks. */
export const OPS_ENTRIES: readonly MonitoringEntry[] = [
  [
    'get',
    '/api/ops/webhooks',
    'ops:read',
    {
      summary: 'All webhooks by trouble, over the last 24 hours',
      description: ALL_TENANTS,
      parameters: [
        queryOf(
          'sort',
          '`failing` (default): most failed first; `volume`: most requests first; `lag`: oldest undelivered first',
          { enum: ['failing', 'volume', 'lag'] },
        ),
        queryOf('limit', 'Default 50', { type: 'integer', minimum: 1, maximum: 100 }),
      ],
      answer: { status: 200, description: 'The worst', schema: ref('OpsWebhooks') },
      errors: ['guard.invalid_input'],
    },
  ],
  [
    'get',
    '/api/ops/lag',
    'ops:read',
    {
      summary: 'How far behind each consumer is',
      description: ALL_TENANTS,
      answer: { status: 200, description: 'By role, and by partition', schema: ref('OpsLag') },
    },
  ],
  [
    'get',
    '/api/ops/dead-letters',
    'ops:read',
    {
      summary: 'Records that could not be taken, newest first',
      description: ALL_TENANTS,
      parameters: [
        queryOf('reason', 'Only these, separated by commas'),
        queryOf('status', 'open, redriven or dropped; all by default', { enum: ['open', 'redriven', 'dropped'] }),
        queryOf('from', 'Unix ms, inclusive', unixMs),
        queryOf('to', 'Unix ms, inclusive', unixMs),
        queryOf('cursor', '`nextCursor` of the page before'),
        queryOf('limit', 'Default 20', { type: 'integer', minimum: 1, maximum: 100 }),
      ],
      answer: { status: 200, description: 'A page', schema: ref('DeadLetters') },
      errors: ['guard.invalid_input', 'log.invalid_time_window'],
    },
  ],
  [
    'get',
    '/api/ops/dead-letters/{letterId}',
    'ops:read',
    {
      summary: 'One dead letter with its record',
      description: ALL_TENANTS,
      answer: { status: 200, description: 'The letter', schema: ref('DeadLetterWithRecord') },
      errors: ['entity.not_exists_with_id'],
    },
  ],
  [
    'post',
    '/api/ops/dead-letters/{letterId}/redrive',
    'ops:write',
    {
      summary: 'Put a dead letter back into its source topic',
      description: `${ALL_TENANTS} It keeps its event id, and so do the deliveries made of it; whatever refused it will judge it anew. Answered when Kafka has it. A crash in between leaves it open: redriven once more it makes the same deliveries. 409 for one that is decided, or cannot go back.`,
      parameters: [IDEMPOTENCY_KEY],
      answer: decided('It is back, and says by whom and when'),
      errors: ['entity.not_exists_with_id', 'entity.conflict'],
    },
  ],
  [
    'post',
    '/api/ops/dead-letters/{letterId}/drop',
    'ops:write',
    {
      summary: 'Settle a dead letter as not to be redriven',
      description: `${ALL_TENANTS} It stays readable for its retention. 409 for one that is decided.`,
      parameters: [IDEMPOTENCY_KEY],
      answer: decided('It is settled, and says by whom and when'),
      errors: ['entity.not_exists_with_id', 'entity.conflict'],
    },
  ],
];
