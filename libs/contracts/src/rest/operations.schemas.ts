import type { JsonSchema } from './operation.ts';
import { COUNT, UNIX_MS, closed, nullable } from './schema-parts.ts';

const seconds = { type: 'number', minimum: 0 } as const;
const text = { type: 'string' } as const;
const ratio = { type: 'number', minimum: 0, maximum: 1 } as const;
const role = { enum: ['router', 'sender', 'scheduler', 'projector', 'dead-letters'] } as const;

const LETTER: Record<string, JsonSchema> = {
  id: { type: 'string', pattern: String.raw`^\d+-\d+$`, description: 'Partition and offset in `dead-letters`' },
  at: { ...UNIX_MS, description: 'Unix ms; when it was put aside' },
  reason: { type: 'string', description: 'Stable, for programs: such as `unknown-event` or `unreadable`' },
  message: { type: 'string', description: 'For people: field, why, and what would be right' },
  stage: { enum: ['router', 'sender', 'scheduler', 'projector', 'unknown'], description: 'Who put it aside' },
  source: {
    ...closed({ topic: text, partition: COUNT, offset: COUNT }),
    type: ['object', 'null'],
    description: 'Null where it does not say',
  },
  key: nullable(text, "The record's key, as text"),
  tenantId: nullable(text, 'Null where the record does not say whose it is'),
  size: { ...COUNT, description: 'Bytes of key, value and headers as kept' },
  status: { enum: ['open', 'redriven', 'dropped'] },
  by: nullable(text, 'Who redrove or dropped it; null while open'),
  decidedAt: nullable({ type: 'integer' }, 'Unix ms; null while open'),
  redrivable: { type: 'boolean', description: 'Whether it is open and can go back to its source' },
};

const opsWebhooks = (further: Record<string, JsonSchema>): JsonSchema =>
  closed({
    at: UNIX_MS,
    webhooks: {
      type: 'array',
      items: closed({
        hookId: text,
        tenantId: text,
        ...further,
        requests: COUNT,
        succeeded: COUNT,
        failed: COUNT,
        open: { ...COUNT, description: 'Deliveries that have not ended' },
        successRate: nullable(ratio, 'succeeded ÷ (succeeded + failed); null while neither'),
        breaker: { enum: ['closed', 'open', 'half-open'] },
        breakerSince: nullable({ type: 'integer' }, 'Unix ms of its last change; null where none is known'),
        oldestUndeliveredAt: nullable({ type: 'integer' }, 'Unix ms, to the minute; null while nothing is open'),
        lagMs: nullable({ type: 'integer', minimum: 0 }, 'Age of the oldest undelivered'),
      }),
    },
  });

/** As the public door answers it, which knows what webhooks are called. */
export const NAMED_OPS_WEBHOOKS = opsWebhooks({ name: nullable(text, 'Null for a webhook that was deleted') });

/** What ops is answered, and what the live feed says. */
export const OPERATIONS_SCHEMAS = {
  LiveAttempt: {
    ...closed(
      {
        hookId: text,
        deliveryId: text,
        event: text,
        kind: { enum: ['attempted', 'deferred', 'skipped', 'expired'] },
        state: {
          enum: ['succeeded', 'failed', 'retrying', 'waiting', 'skipped', 'expired'],
          description: 'Of the delivery, as far as this attempt says',
        },
        round: COUNT,
        number: { type: 'integer', minimum: 1, description: 'From 1 within its round' },
        deferrals: COUNT,
        at: UNIX_MS,
        createdAt: { ...UNIX_MS, description: 'Unix ms; when the delivery was first scheduled' },
        startedAt: UNIX_MS,
        statusCode: { type: 'integer' },
        errorClass: text,
        error: text,
        verdict: text,
        reason: { type: 'string', description: 'Why it waits, was skipped or expired' },
        nextAttemptAt: UNIX_MS,
        duration: closed(
          { dnsMs: seconds, connectMs: seconds, tlsMs: seconds, firstByteMs: seconds, totalMs: seconds },
          ['dnsMs', 'connectMs', 'tlsMs', 'firstByteMs'],
        ),
      },
      ['startedAt', 'statusCode', 'errorClass', 'error', 'verdict', 'reason', 'nextAttemptAt', 'duration'],
    ),
    description: '`data` of the event `attempt`',
  },
  LiveBreaker: {
    ...closed(
      {
        hookId: text,
        at: UNIX_MS,
        state: { enum: ['closed', 'open', 'half-open'] },
        reason: text,
        openSince: UNIX_MS,
        nextProbeAt: UNIX_MS,
      },
      ['openSince', 'nextProbeAt'],
    ),
    description: '`data` of the event `breaker`',
  },
  LiveSkipped: {
    ...closed({ count: { type: 'integer', minimum: 1 }, reason: { enum: ['slow-reader', 'too-far-behind'] } }, [
      'count',
    ]),
    description:
      '`data` of the event `skipped`. `slow-reader`: `count` attempts that match were left out. `too-far-behind`: what came before was not looked at, how much of it would have matched is not known',
  },
  OpsWebhooks: opsWebhooks({}),
  OpsLag: closed({
    at: { ...UNIX_MS, description: 'Unix ms; when it was looked at, at most some seconds ago' },
    projectionDelaySeconds: {
      ...seconds,
      description: 'How old the read models are: the age of the oldest record that is not in them',
    },
    roles: {
      type: 'array',
      items: closed({
        role,
        group: text,
        lagRecords: COUNT,
        lagSeconds: seconds,
        stalledSeconds: {
          ...seconds,
          description: 'For how long a partition that has something to read was not moved on; 0 while all move',
        },
      }),
    },
    partitions: {
      type: 'array',
      items: closed({
        role,
        group: text,
        topic: text,
        partition: COUNT,
        committed: nullable({ type: 'integer' }, 'The next offset to read; null where none is committed'),
        logEnd: COUNT,
        lagRecords: COUNT,
        lagSeconds: {
          ...seconds,
          description: 'Age of the oldest record not done; of retry tiers, how much longer it waits than the tier does',
        },
      }),
    },
  }),
  DeadLetter: closed(LETTER),
  DeadLetters: closed({
    deadLetters: { type: 'array', items: { $ref: '#/components/schemas/DeadLetter' } },
    nextCursor: nullable(text, '`cursor` of the next page; null on the last'),
  }),
  DeadLetterWithRecord: closed({
    ...LETTER,
    record: closed({
      headers: {
        type: 'array',
        items: closed({ name: text, value: text }),
        description: '`***` in place of every value but those of headers that are known to hold no secret',
      },
      value: {
        oneOf: [
          closed({ encoding: { const: 'utf8' }, text }),
          closed({ encoding: { const: 'base64' }, text }),
          { type: 'null' },
        ],
      },
      isCut: { type: 'boolean', description: 'It was too large to be kept whole' },
    }),
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;
