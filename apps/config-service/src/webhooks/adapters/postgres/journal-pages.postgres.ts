import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { JournalPage, JournalPages } from '../../application/journal-pages.port.ts';
import type { EntryRow } from './entry-row.ts';
import { ENTRY_COLUMNS, entryOf } from './entry-row.ts';

/** Versions have no gaps, so that a page is a range of them. */
export class PostgresJournalPages implements JournalPages {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async page(
    tenantId: string,
    webhookId: string,
    { offset, limit }: { readonly offset: number; readonly limit: number },
  ): Promise<JournalPage | undefined> {
    const of = [webhookId, tenantId];
    const [last] = await rowsOf<{ version: number }>(
      this.#dataSource,
      'SELECT max(version) AS version FROM webhook_event WHERE webhook_id = $1 AND tenant_id = $2 HAVING count(*) > 0',
      of,
    );
    if (last === undefined) return undefined;
    // Not below the first version: a page far beyond it would not fit the column's type.
    const newest = Math.max(0, last.version - offset);
    const oldest = Math.max(0, newest - limit);
    const entries = await rowsOf<EntryRow>(
      this.#dataSource,
      `SELECT ${ENTRY_COLUMNS} FROM webhook_event
       WHERE webhook_id = $1 AND tenant_id = $2 AND version > $3 AND version <= $4 ORDER BY version DESC`,
      [...of, oldest, newest],
    );
    const before = await rowsOf<EntryRow>(
      this.#dataSource,
      `SELECT ${ENTRY_COLUMNS} FROM (
         SELECT DISTINCT ON (type) ${ENTRY_COLUMNS} FROM webhook_event
         WHERE webhook_id = $1 AND tenant_id = $2 AND version <= $3 ORDER BY type, version DESC
       ) AS newest_of_each ORDER BY version`,
      [...of, oldest],
    );
    return { entries: entries.map(entryOf), before: before.map(entryOf), total: last.version };
  }
}
