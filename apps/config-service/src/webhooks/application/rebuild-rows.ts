import { JournalFold, differencesOf } from '../domain/journal-fold.ts';
import type { RebuildSource, RowRepair } from './rebuild-source.port.ts';

export interface RebuildOptions {
  readonly source: RebuildSource;
  /** Undefined: only compare. */
  readonly repair: RowRepair | undefined;
  /** One line for each webhook that differs, naming it and its fields; never a value, which may be a secret. */
  readonly onDifference: (line: string) => void;
  /** After each portion of entries. */
  readonly onProgress: (entries: number, webhooks: number) => void;
}

export interface RebuildResult {
  readonly entries: number;
  readonly webhooks: number;
  readonly differing: number;
  readonly repaired: number;
}

/** Webhooks whose rows are asked for at once. */
const MAX_FOLDED = 200;

/** Adds up every journal and compares it with its row. Holds one portion of entries and 200 webhooks at a time. */
export async function rebuildRows(options: RebuildOptions): Promise<RebuildResult> {
  const { source, repair, onDifference, onProgress } = options;
  const counted = { entries: 0, webhooks: 0, differing: 0, repaired: 0 };
  const differs = (line: string): void => {
    counted.differing++;
    onDifference(line);
  };
  const settle = async (folds: readonly JournalFold[]): Promise<void> => {
    const rows = await source.rows(folds.map(({ webhookId }) => webhookId));
    for (const { webhookId, history, faults } of folds) {
      counted.webhooks++;
      const differing = faults.length > 0 ? [] : differencesOf(history, rows.get(webhookId));
      if (faults.length > 0) differs(`webhook ${webhookId}: its journal is not sound: ${faults.join('; ')}`);
      if (differing.length === 0) continue;
      differs(`webhook ${webhookId}: ${differing.join(', ')}`);
      if ((await repair?.repair(webhookId)) === 'repaired') counted.repaired++;
    }
  };

  const folds: JournalFold[] = [];
  for await (const portion of source.entries()) {
    for (const entry of portion) {
      if (folds.at(-1)?.webhookId !== entry.webhookId) {
        if (folds.length >= MAX_FOLDED) await settle(folds.splice(0));
        folds.push(new JournalFold(entry.webhookId));
      }
      folds.at(-1)?.take(entry);
    }
    counted.entries += portion.length;
    onProgress(counted.entries, counted.webhooks);
  }
  await settle(folds);
  for await (const ids of source.rowsWithoutJournal()) {
    for (const id of ids) differs(`webhook ${id}: has a row and no journal; only a backup can say what it was`);
  }
  return counted;
}
