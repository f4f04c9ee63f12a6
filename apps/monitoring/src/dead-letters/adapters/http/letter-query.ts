import type { RawQuery } from '../../../access/query-reader.ts';
import { QueryReader, checkWindow } from '../../../access/query-reader.ts';
import type { LetterCursor, LetterQuery } from '../../application/letters.port.ts';
import { LETTER_STATUSES } from '../../domain/letter.ts';

const MAX_REASONS = 20;

/** What a list of dead letters is asked for. Throws the answer to wrong parameters. */
export function letterQueryOf(query: RawQuery): LetterQuery {
  const reader = new QueryReader(query);
  const asked: LetterQuery = {
    reasons: reader.parsed('reason', reasonsOf, `1 to ${MAX_REASONS} reasons separated by commas`) ?? [],
    status: reader.choice('status', LETTER_STATUSES),
    fromMs: reader.time('from'),
    toMs: reader.time('to'),
    after: reader.parsed('cursor', decodeCursor, 'the nextCursor of an earlier answer'),
    limit: reader.integer('limit', { min: 1, max: 100, byDefault: 20 }),
  };
  reader.check();
  checkWindow(asked.fromMs, asked.toMs, ['from', 'to']);
  return asked;
}

export function encodeCursor({ atMs, partition, offset }: LetterCursor): string {
  return Buffer.from(`${atMs}.${partition}.${offset}`).toString('base64url');
}

function decodeCursor(cursor: string): LetterCursor | undefined {
  const [, atMs, partition, offset] =
    /^(\d{1,15})\.(\d{1,9})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (atMs === undefined || partition === undefined || offset === undefined) return undefined;
  return { atMs: Number(atMs), partition: Number(partition), offset: Number(offset) };
}

function reasonsOf(text: string): readonly string[] | undefined {
  const reasons = text.split(',').map((reason) => reason.trim());
  return reasons.length <= MAX_REASONS && reasons.every((reason) => reason !== '') ? reasons : undefined;
}
