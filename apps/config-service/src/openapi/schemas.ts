import type { JsonSchema } from '@signalbox/contracts';
import { COUNT, ERROR_STATUS, UNIX_MS, closed } from '@signalbox/contracts';
import { EVENT_GROUPS } from '@signalbox/domain';
import { SCOPES } from '../access/access.ts';

const API_KEY: Record<string, JsonSchema> = {
  id: { type: 'string' },
  tenantId: { type: 'string' },
  name: { type: 'string', maxLength: 256 },
  prefix: { type: 'string', description: 'What the key begins with' },
  scopes: { type: 'array', items: { enum: [...SCOPES] }, uniqueItems: true },
  createdAt: UNIX_MS,
  expiresAt: { type: ['integer', 'null'], description: 'Unix ms' },
  lastUsedAt: { type: ['integer', 'null'], description: 'Unix ms; up to a minute late' },
  revokedAt: { type: ['integer', 'null'], description: 'Unix ms' },
};

const WEBHOOK: Record<string, JsonSchema> = {
  tenantId: { type: 'string' },
  id: { type: 'string', pattern: '^[0-9a-z]{21}$' },
  name: { type: 'string', maxLength: 256 },
  event: { type: ['string', 'null'], description: 'Legacy: counts only while `events` is empty' },
  events: { type: 'array', items: { type: 'string' }, uniqueItems: true },
  config: { $ref: '#/components/schemas/WebhookConfigDto', unevaluatedProperties: false },
  signingKey: { type: 'string', pattern: '^[0-9A-Za-z]{32}$' },
  enabled: { type: 'boolean' },
  disabledReason: { type: 'string', description: 'Why it was disabled by its receiver or by the system' },
  createdAt: UNIX_MS,
  executionStats: {
    ...closed({ successCount: COUNT, requestCount: COUNT }),
    description: 'Of the last 24 hours; absent where they cannot be had now',
  },
};

export const ref = (name: keyof typeof SCHEMAS): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const listOf = (name: keyof typeof SCHEMAS): JsonSchema => ({ type: 'array', items: ref(name) });

/** What answers are made of. Closed: a member that is not here is found by a test. */
export const SCHEMAS = {
  Error: {
    type: 'object',
    required: ['code', 'message'],
    properties: {
      code: { type: 'string', description: `Of this service: ${Object.keys(ERROR_STATUS).join(', ')}` },
      message: { type: 'string', minLength: 1, description: 'For people: which field, why, and what would be right' },
      data: { type: 'object' },
      details: {
        type: 'array',
        items: closed(
          {
            field: { type: 'string', description: 'Path such as `config.headers.x-key` or `events[2]`' },
            why: { type: 'string', minLength: 1 },
            expected: { type: 'string', minLength: 1 },
            rule: { type: 'string', description: 'Of the rules for URLs, such as `address:private`' },
          },
          ['expected', 'rule'],
        ),
      },
    },
    additionalProperties: false,
  },
  Webhook: closed(WEBHOOK, ['disabledReason', 'executionStats']),
  ListedWebhook: closed(
    {
      ...WEBHOOK,
      secretsUnreadable: {
        const: true,
        description:
          'Its secrets cannot be opened now: `signingKey` and `config.headers` are left out. A change of `config` must then name its `headers`',
      },
    },
    ['signingKey', 'secretsUnreadable', 'disabledReason', 'executionStats'],
  ),
  SigningKeys: closed(
    {
      keys: {
        type: 'array',
        minItems: 1,
        description: 'In force now, newest first',
        items: closed({
          signingKey: { type: 'string' },
          whsec: { type: 'string', pattern: '^whsec_', description: 'The same key for Standard Webhooks libraries' },
          createdAt: UNIX_MS,
          honouredUntil: { type: ['integer', 'null'], description: 'Unix ms; null for the newest' },
        }),
      },
      ed25519PublicKey: { type: 'string', pattern: '^whpk_' },
    },
    ['ed25519PublicKey'],
  ),
  TestResults: closed({
    results: {
      type: 'array',
      minItems: 1,
      description: 'One for each event, in the order asked for',
      items: closed(
        {
          event: { type: 'string' },
          ok: { type: 'boolean', description: 'The endpoint answered with a status of 2xx' },
          request: closed({
            headers: { type: 'object', additionalProperties: { type: 'string' } },
            body: { type: 'object' },
          }),
          response: {
            ...closed({ statusCode: { type: 'integer' }, body: { type: 'string' } }),
            description: 'Absent where there was no whole answer; the first 4 KiB of its body',
          },
          durationMs: COUNT,
          errorClass: { type: 'string', description: 'As in the log of deliveries; absent when ok' },
          error: { type: 'string', minLength: 1 },
        },
        ['response', 'errorClass', 'error'],
      ),
    },
  }),
  HistoryEntry: closed({
    version: { type: 'integer', minimum: 1 },
    type: { type: 'string', description: 'What happened, such as `Renamed` or `SigningKeyRotated`' },
    at: UNIX_MS,
    actor: closed({ kind: { enum: ['api-key', 'user', 'receiver', 'system'] }, id: { type: 'string' } }, ['id']),
    changes: {
      type: 'array',
      items: {
        ...closed({ field: { type: 'string' }, from: {}, to: {} }, ['from', 'to']),
        description:
          'A field by its path, with `***` in place of secrets; without `from` or `to` there was, or is, none',
      },
    },
  }),
  EventType: closed(
    {
      name: { type: 'string' },
      family: { enum: ['interaction', 'data', 'exception'], description: 'Of built-in types' },
      group: { type: 'string', description: `Of those built in: ${EVENT_GROUPS.join(', ')}` },
      description: { type: 'string' },
      example: { type: 'object' },
      schema: { type: 'object', description: 'JSON Schema 2020-12; not in lists' },
      builtIn: { type: 'boolean' },
      deprecated: { type: 'boolean' },
      createdAt: UNIX_MS,
      updatedAt: UNIX_MS,
    },
    ['family', 'schema', 'createdAt', 'updatedAt'],
  ),
  Caller: closed({
    tenantId: { type: 'string' },
    actor: { type: 'string' },
    scopes: { type: 'array', items: { enum: [...SCOPES] } },
  }),
  ApiKey: closed(API_KEY),
  CreatedApiKey: closed({
    ...API_KEY,
    key: { type: 'string', description: 'The key itself: in this answer and in no other' },
  }),
  ConsoleConfig: closed(
    {
      oidc: closed(
        {
          issuer: { type: 'string' },
          clientId: { type: 'string' },
          scopes: { type: 'array', items: { type: 'string' } },
          resource: { type: 'string', description: 'What to ask a token for, so that it is taken here' },
        },
        ['resource'],
      ),
    },
    ['oidc'],
  ),
} as const satisfies Readonly<Record<string, JsonSchema>>;
