/** The next offset to read, by partition number. */
export type Positions = readonly number[];

const MAX_PARTITIONS = 1_024;

/** As an event's id: short, and a reader hands it back as it is. */
export function encodePositions(positions: Positions): string {
  return positions.map((offset) => offset.toString(36)).join('.');
}

/** Undefined for what is no id of ours. */
export function decodePositions(id: string): Positions | undefined {
  const parts = id.split('.');
  if (parts.length > MAX_PARTITIONS || !parts.every((part) => /^[0-9a-z]{1,10}$/.test(part))) return undefined;
  const positions = parts.map((part) => parseInt(part, 36));
  return positions.every((offset) => Number.isSafeInteger(offset)) ? positions : undefined;
}

/** The further one in each partition. */
export function furthest(one: Positions, other: Positions): Positions {
  return one.map((offset, partition) => Math.max(offset, other[partition] ?? 0));
}

export interface CatchUp {
  /** Where to begin. */
  readonly from: Positions;
  /** Records between what was asked for and `from`. */
  readonly skipped: number;
}

/** What to read again for a reader who was at `asked` when the log is at `now`: the newest `maxRecords` at most. */
export function planCatchUp(asked: Positions, now: Positions, maxRecords: number): CatchUp {
  const missing = now.map((offset, partition) => Math.max(0, offset - (asked[partition] ?? 0)));
  const total = missing.reduce((sum, count) => sum + count, 0);
  const share = total <= maxRecords ? 1 : maxRecords / total;
  const kept = missing.map((count) => Math.floor(count * share));
  return {
    from: now.map((offset, partition) => Math.max(asked[partition] ?? 0, offset - (kept[partition] ?? 0))),
    skipped: total - kept.reduce((sum, count) => sum + count, 0),
  };
}
