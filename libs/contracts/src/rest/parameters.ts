import type { JsonSchema, Parameter, ResponseHeaders } from './operation.ts';

export const queryOf = (name: string, description: string, schema: JsonSchema = { type: 'string' }): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

export const PAGE = queryOf('page', 'From 1', { type: 'integer', minimum: 1, maximum: 1_000_000_000 });
export const PAGE_SIZE = queryOf('page_size', 'Default 20', { type: 'integer', minimum: 1, maximum: 100 });
export const START_TIME = queryOf('start_time', 'Unix ms, inclusive', { type: 'integer', minimum: 0 });
export const END_TIME = queryOf('end_time', 'Unix ms, inclusive', { type: 'integer', minimum: 0 });

export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The same call with the same key within 24 hours is answered as before, and done once; another call with it is refused',
  schema: { type: 'string', pattern: String.raw`^[\x21-\x7e]{1,255}$` },
};

/** Where a page was asked for. */
export const PAGE_HEADERS: ResponseHeaders = {
  'Total-Number': { description: 'Of all pages', schema: { type: 'string', pattern: String.raw`^\d+$` } },
  Link: { description: 'RFC 8288: first, prev, next, last', schema: { type: 'string', pattern: '^<http' } },
};
