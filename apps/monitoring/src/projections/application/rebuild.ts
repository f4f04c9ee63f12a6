import type { TopicPartition } from '@signalbox/kafka';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogRange, LogRemains } from '../domain/log-remains.ts';
import { cutLogs } from '../domain/log-remains.ts';
import type { RestorableTables } from './restorable.ts';
import { whatIsLost } from './restorable.ts';
import type { RebuildLoss } from './rebuild-refused.ts';
import { RebuildRefused } from './rebuild-refused.ts';

/** What a rebuild changes in the database. */
export interface RebuiltTables extends RestorableTables {
  /** Whether a rebuild was begun that nobody has carried out to where the logs ended then. */
  isUnderWay(ranges: readonly LogRange[]): Promise<boolean>;
  /**
   * Empties the read models and takes their positions back to where the logs start, in one transaction, so that projectors
   * go on from there by themselves; nothing, while a rebuild is under way.
   */
  begin(ranges: readonly LogRange[]): Promise<'begun' | 'continued'>;
  positions(): Promise<readonly (TopicPartition & { readonly offset: number })[]>;
  end(): Promise<void>;
}

export interface RebuildDeps {
  readonly tables: RebuiltTables;
  readonly factsTopic: string;
  /** Begins to project; the command's own process takes part beside running services, or alone. */
  readonly project: () => Promise<void>;
  /** Of every partition of both topics. Rejects where a topic is missing. */
  readonly ranges: () => Promise<readonly LogRange[]>;
  /** When the first record that is left in each of these was appended. */
  readonly remainsOf: (cut: readonly LogRange[]) => Promise<readonly LogRemains[]>;
  readonly partitionOf: (webhookId: string, partitions: number) => number;
  /** Rebuild also what the topics cannot restore. */
  readonly isForced: boolean;
  readonly onLost: (loss: RebuildLoss) => void;
  readonly onProgress: (projected: number, total: number) => void;
  readonly onBegin: (how: 'begun' | 'continued') => void;
  readonly everyMs?: number;
}

/**
 * Resolves when all that the topics held when it began is projected. It may be killed and run again at any time. Rejects with
 * {@link RebuildRefused}, and nothing is changed, where the topics hold less than the tables, unless it is forced.
 */
export async function rebuild(deps: RebuildDeps): Promise<void> {
  const { tables, everyMs = 250 } = deps;
  const ranges = await deps.ranges();
  if (!(await tables.isUnderWay(ranges))) await assertRestorable(deps, ranges);
  deps.onBegin(await tables.begin(ranges));
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

async function assertRestorable(deps: RebuildDeps, ranges: readonly LogRange[]): Promise<void> {
  const cut = cutLogs(ranges, await deps.tables.positions());
  if (cut.length === 0) return;
  const remains = await deps.remainsOf(cut);
  const partitions = new Set(ranges.map(({ partition }) => partition)).size;
  const lost = await whatIsLost(deps.tables, remains, deps.factsTopic, (webhookId) =>
    deps.partitionOf(webhookId, partitions),
  );
  if (lost === null) return;
  const loss = { ...lost, remains };
  if (!deps.isForced) throw new RebuildRefused(loss);
  deps.onLost(loss);
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
