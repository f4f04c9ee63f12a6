import type { JsonSchema } from './operation.ts';

export const UNIX_MS = { type: 'integer', minimum: 0, description: 'Unix ms' } as const satisfies JsonSchema;
export const COUNT = { type: 'integer', minimum: 0 } as const satisfies JsonSchema;

/** An object with these members and no other; those named in `optional` may be absent. */
export function closed(properties: Record<string, JsonSchema>, optional: readonly string[] = []): JsonSchema {
  return {
    type: 'object',
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
    additionalProperties: false,
  };
}

/** A value that may be null. */
export function nullable(schema: JsonSchema & { readonly type: string }, description?: string): JsonSchema {
  return { ...schema, type: [schema.type, 'null'], ...(description !== undefined && { description }) };
}
