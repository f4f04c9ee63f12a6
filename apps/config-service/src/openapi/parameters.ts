import type { Parameter, ResponseHeaders } from '@signalbox/contracts';
import { queryOf } from '@signalbox/contracts';

export { IDEMPOTENCY_KEY, PAGE, PAGE_HEADERS, PAGE_SIZE } from '@signalbox/contracts';

export const INCLUDE_STATS = queryOf('includeExecutionStats', '`true` adds `executionStats`', { type: 'string' });
export const LIST_FILTERS: readonly Parameter[] = [
  queryOf('search', 'Part of the name, the URL or the id, whatever the case', { type: 'string', maxLength: 256 }),
  queryOf('enabled', 'Only enabled, or only disabled ones', { enum: ['true', 'false'] }),
  queryOf('event', 'Only those that are sent this event type', { type: 'string', maxLength: 128 }),
  queryOf(
    'health',
    'By the last 24 hours, of the deliveries that ended: at least 99 % succeeded (`healthy`), at least 90 % (`degraded`), fewer (`failing`); none ended yet (`undecided`), or there were none (`idle`). Of 1,000 webhooks at most: narrow down by the other filters',
    { enum: ['healthy', 'degraded', 'failing', 'undecided', 'idle'] },
  ),
  queryOf(
    'sort',
    'With `-` from the highest; default `-createdAt`. By requests or success rate of 1,000 webhooks at most, and newest first with a `Warning` while they cannot be counted',
    { enum: ['-createdAt', 'createdAt', 'name', '-name', 'requests', '-requests', 'successRate', '-successRate'] },
  ),
];

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
