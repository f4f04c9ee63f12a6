const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A table that is kept in parts by time, so that what is old is dropped and not deleted row by row. */
export interface PartitionedTable {
  readonly table: string;
  /** The column that says which part a row belongs to. */
  readonly by: 'first_scheduled_at' | 'start_at';
  readonly widthMs: number;
}

export const PARTITIONED_TABLES: readonly PartitionedTable[] = [
  { table: 'delivery', by: 'first_scheduled_at', widthMs: HOUR_MS },
  { table: 'attempt', by: 'first_scheduled_at', widthMs: HOUR_MS },
  // An id is looked for in all of these parts: few and large ones.
  { table: 'delivery_place', by: 'first_scheduled_at', widthMs: 4 * DAY_MS },
  { table: 'webhook_minute', by: 'start_at', widthMs: DAY_MS },
  { table: 'webhook_hour', by: 'start_at', widthMs: DAY_MS },
  { table: 'tenant_minute', by: 'start_at', widthMs: DAY_MS },
  { table: 'tenant_hour', by: 'start_at', widthMs: DAY_MS },
];

export interface Partition extends PartitionedTable {
  readonly name: string;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/** Far enough ahead that a maintenance which fails for a day loses nothing. */
const AHEAD_MS = 24 * HOUR_MS;
/** A new installation may be given what was published shortly before; what is older finds room in the default partition. */
const BEHIND_MS = 2 * HOUR_MS;

/** The partitions there should be around `nowMs`. */
export function wantedPartitions(nowMs: number): readonly Partition[] {
  return PARTITIONED_TABLES.flatMap((of) => {
    const { widthMs } = of;
    const first = Math.floor((nowMs - BEHIND_MS) / widthMs);
    const last = Math.floor((nowMs + AHEAD_MS) / widthMs);
    return Array.from({ length: last - first + 1 }, (_, index) => partitionAt(of, (first + index) * widthMs));
  });
}

/** Whether a partition holds only what is older than `retentionMs`; false for names that are not ours. */
export function isOutlived(name: string, nowMs: number, retentionMs: number): boolean {
  const match = /^([a-z_]+)_(\d{4})(\d\d)(\d\d)_(\d\d)$/.exec(name);
  if (match === null) return false;
  const width = PARTITIONED_TABLES.find(({ table }) => table === match[1])?.widthMs ?? Infinity;
  const fromMs = Date.parse(`${match[2]}-${match[3]}-${match[4]}T${match[5]}:00:00Z`);
  return fromMs + width <= nowMs - retentionMs;
}

function partitionAt(of: PartitionedTable, fromMs: number): Partition {
  const [day = '', time = ''] = new Date(fromMs).toISOString().split('T');
  const name = `${of.table}_${day.replaceAll('-', '')}_${time.slice(0, 2)}`;
  return { ...of, name, fromMs, toMs: fromMs + of.widthMs };
}
