import type { Parameter, ResponseHeaders } from './operation.ts';

const query = (name: string, description: string, schema: Parameter['schema']): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

export const PAGE = query('page', 'From 1', { type: 'integer', minimum: 1, maximum: 1_000_000_000 });
export const PAGE_SIZE = query('page_size', 'Default 20', { type: 'integer', minimum: 1, maximum: 100 });
export const INCLUDE_STATS = query('includeExecutionStats', '`true` adds `executionStats`', { type: 'string' });
export const LIST_FILTERS: readonly Parameter[] = [
  query('search', 'Part of the name, the URL or the id, whatever the case', { type: 'string', maxLength: 256 }),
  query('enabled', 'Only enabled, or only disabled ones', { enum: ['true', 'false'] }),
  query('event', 'Only those that are sent this event type', { type: 'string', maxLength: 128 }),
  query(
    'health',
    'By the last 24 hours, of the deliveries that ended: at least 99 % succeeded (`healthy`), at least 90 % (`degraded`), fewer (`failing`); none ended yet (`undecided`), or there were none (`idle`). Of 1,000 webhooks at most: narrow down by the other filters',
    { enum: ['healthy', 'degraded', 'failing', 'undecided', 'idle'] },
  ),
  query(
    'sort',
    'With `-` from the highest; default `-createdAt`. By requests or success rate of 1,000 webhooks at most, and newest first with a `Warning` while they cannot be counted',
    { enum: ['-createdAt', 'createdAt', 'name', '-name', 'requests', '-requests', 'successRate', '-successRate'] },
  ),
];
export const START_TIME = query('start_time', 'Unix ms, inclusive', { type: 'integer', minimum: 0 });
export const END_TIME = query('end_time', 'Unix ms, inclusive', { type: 'integer', minimum: 0 });

export const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'The `ETag` that was read: the call is refused when what it names has changed since',
  schema: { type: 'string', pattern: String.raw`^\s*(\*|(W/)?"[!#-~]{0,64}"(\s*,\s*(W/)?"[!#-~]{0,64}"){0,15})\s*$` },
};

export const PREFER: Parameter = {
  name: 'Prefer',
  in: 'header',
  description: '`return=representation` (RFC 7240): the results are answered, whatever the endpoints said',
  schema: { type: 'string' },
};

export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The same call with the same key within 24 hours is answered as before, and done once; another call with it is refused',
  schema: { type: 'string', pattern: String.raw`^[\x21-\x7e]{1,255}$` },
};

export const ETAG: ResponseHeaders = {
  ETag: {
    required: true,
    description: 'Names the state that is answered, for `If-Match`; opaque',
    schema: { type: 'string', pattern: String.raw`^"\d+\.\d+"$` },
  },
};

export const WARNING: ResponseHeaders = {
  Warning: {
    description: 'Stats were asked for and cannot be had now',
    schema: { const: '199 signalbox "execution statistics are not available now"' },
  },
};

/** Where a page was asked for. */
export const PAGE_HEADERS: ResponseHeaders = {
  'Total-Number': { description: 'Of all pages', schema: { type: 'string', pattern: String.raw`^\d+$` } },
  Link: { description: 'RFC 8288: first, prev, next, last', schema: { type: 'string', pattern: '^<http' } },
};
