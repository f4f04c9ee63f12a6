import type { RawQuery } from '../../../access/query-reader.ts';
import { QueryReader, checkWindow } from '../../../access/query-reader.ts';
import type { LogQuery } from '../../domain/log-query.ts';
import { DAY_MS, windowOf } from '../../domain/log-query.ts';

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;
const MAX_PAGE = 1_000_000_000;

/**
 * What `recent-logs` is asked for; see section 5 of the webhook contract. `shownMs`: how much is shown where no time is given.
 *
 * @throws ApiError `guard.invalid_pagination`, `guard.invalid_input` or `log.invalid_time_window`.
 */
export function parseLogQuery(query: RawQuery, nowMs: number, shownMs = DAY_MS): LogQuery {
  const paging = new QueryReader(query);
  const page = paging.integer('page', { min: 1, max: MAX_PAGE, byDefault: 1 });
  const pageSize = paging.integer('page_size', { min: 1, max: MAX_PAGE_SIZE, byDefault: DEFAULT_PAGE_SIZE });
  paging.check('guard.invalid_pagination');
  const reader = new QueryReader(query);
  const start = reader.time('start_time');
  const end = reader.time('end_time');
  const logKey = reader.text('logKey');
  const enableCap = reader.choice('enableCap', ['true', 'false']);
  reader.check();
  checkWindow(start, end, ['start_time', 'end_time']);
  return { window: windowOf(start, end, nowMs, shownMs), logKey, page, pageSize, isCapped: enableCap === 'true' };
}
