import { MONITORING_SCHEMAS } from './monitoring.schemas.ts';
import type { JsonSchema } from './operation.ts';
import { OPERATIONS_SCHEMAS } from './operations.schemas.ts';
import { UNIX_MS } from './schema-parts.ts';

/** Everything that answers of monitoring are made of, and how it refuses. */
export const MONITORING_DOCUMENT_SCHEMAS = {
  ...OPERATIONS_SCHEMAS,
  PassedError: {
    type: 'object',
    description: 'Of this service or of the one that answers behind it',
    required: ['code', 'message'],
    properties: {
      code: { type: 'string', minLength: 1 },
      message: { type: 'string', minLength: 1 },
      data: { type: 'object' },
      details: {
        type: 'array',
        items: { type: 'object', required: ['field'], properties: { field: { type: 'string' } } },
      },
    },
  },
  LogEntry: {
    type: 'object',
    required: ['id', 'key', 'createdAt', 'payload'],
    properties: {
      id: { type: 'string', description: 'The delivery id' },
      key: { type: 'string', pattern: String.raw`^TriggerHook\.` },
      createdAt: UNIX_MS,
      payload: {
        type: 'object',
        required: ['key', 'result', 'hookId', 'hookRequest'],
        properties: {
          key: { type: 'string' },
          result: { enum: ['Success', 'Error'] },
          hookId: { type: 'string' },
          hookRequest: { type: 'object', required: ['body'], properties: { body: {} } },
          response: { type: 'object', properties: { statusCode: { type: 'integer' }, body: {} } },
          error: { type: 'string' },
        },
      },
    },
  },
  ...MONITORING_SCHEMAS,
} as const satisfies Readonly<Record<string, JsonSchema>>;

type Name = keyof typeof MONITORING_DOCUMENT_SCHEMAS;

export const ref = (name: Name): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const listOf = (name: Name): JsonSchema => ({ type: 'array', items: ref(name) });
