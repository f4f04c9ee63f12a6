import type { TopicPartition } from '@signalbox/kafka';
import { setTimeout as delay } from 'node:timers/promises';

/** What a rebuild changes in the database. */
export interface RebuiltTables {
  /**
   * Empties the read models and takes their positions back to the beginning, in one transaction; nothing, when a rebuild
   * that was begun has not ended.
   */
  begin(): Promise<'begun' | 'continued'>;
  positions(): Promise<readonly (TopicPartition & { readonly offset: number })[]>;
  end(): Promise<void>;
}

export interface LogRange extends TopicPartition {
  readonly logStart: number;
  readonly logEnd: number;
}

export interface RebuildDeps {
  readonly tables: RebuiltTables;
  /** Begins to project; the command's own process takes part beside running services, or alone. */
  readonly project: () => Promise<void>;
  readonly ranges: () => Promise<readonly LogRange[]>;
  readonly onProgress: (projected: number, total: number) => void;
  readonly onBegin: (how: 'begun' | 'continued') => void;
  readonly everyMs?: number;
}

/** Resolves when all that the topics held when it began is projected. It may be killed and run again at any time. */
export async function rebuild(deps: RebuildDeps): Promise<void> {
  const { tables, everyMs = 250 } = deps;
  deps.onBegin(await tables.begin());
  const ranges = await deps.ranges();
  await deps.project();
  const total = ranges.reduce((sum, { logStart, logEnd }) => sum + logEnd - logStart, 0);
  for (;;) {
    const done = projectedOf(ranges, await tables.positions());
    deps.onProgress(done, total);
    if (done >= total) break;
    await delay(everyMs);
  }
  await tables.end();
}

function projectedOf(
  ranges: readonly LogRange[],
  positions: readonly (TopicPartition & { readonly offset: number })[],
): number {
  const offsets = new Map(positions.map(({ topic, partition, offset }) => [`${topic}|${partition}`, offset]));
  return ranges.reduce((sum, { topic, partition, logStart, logEnd }) => {
    const at = offsets.get(`${topic}|${partition}`) ?? logStart;
    return sum + Math.min(Math.max(at, logStart), logEnd) - logStart;
  }, 0);
}
