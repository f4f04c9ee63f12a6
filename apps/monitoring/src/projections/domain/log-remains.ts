interface Partition {
  readonly topic: string;
  readonly partition: number;
}

export interface LogRange extends Partition {
  readonly logStart: number;
  /** The next offset to be written. */
  readonly logEnd: number;
}

/** A log that has lost its beginning. */
export interface LogRemains extends LogRange {
  /** When the first record that is left was appended, Unix ms; Infinity where none is left. */
  readonly beginsAtMs: number;
}

/** Those that do not hold all records they ever had: retention took some, or the topic was made anew. */
export function cutLogs(
  ranges: readonly LogRange[],
  positions: readonly (Partition & { readonly offset: number })[],
): readonly LogRange[] {
  return ranges.filter(({ topic, partition, logStart, logEnd }) => {
    const isSame = (one: Partition): boolean => one.topic === topic && one.partition === partition;
    return logStart > 0 || (positions.find(isSame)?.offset ?? 0) > logEnd;
  });
}

/** From when on each partition of one topic holds all, Unix ms. Those that were not cut are left out. */
export function beginsOf(remains: readonly LogRemains[]): ReadonlyMap<number, number> {
  return new Map(remains.map(({ partition, beginsAtMs }) => [partition, beginsAtMs]));
}
