import type { RawQuery } from '../../../access/query-reader.ts';
import { QueryReader } from '../../../access/query-reader.ts';

const MAX_IDS = 100;
/** An id has 21 characters; others belong to no webhook and are answered with zeros. */
const MAX_LENGTH = MAX_IDS * 65;

/**
 * Null where none are given.
 *
 * @throws ApiError `guard.invalid_input` unless `hookIds` are 1 to 100 ids, separated by commas.
 */
export function parseHookIds(query: RawQuery): readonly string[] | null {
  const reader = new QueryReader(query);
  const ids = reader.parsed('hookIds', idsOf, `1 to ${MAX_IDS} ids of webhooks, separated by commas`, MAX_LENGTH);
  reader.check();
  return ids;
}

function idsOf(text: string): readonly string[] | undefined {
  const ids = [...new Set(text.split(','))];
  return ids.length <= MAX_IDS && ids.every((id) => id !== '') ? ids : undefined;
}
