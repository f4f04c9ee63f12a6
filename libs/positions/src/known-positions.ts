/**
 * How far one topic is known to reach, for each partition: a lower bound of its end. Kept as the metadata of commits in
 * other topics, so that whoever takes over knows from where to read what was produced meanwhile. Pure.
 */
export class KnownPositions {
  private readonly positions: number[] = [];
  private frozen: readonly number[] | undefined;

  /** All records of `partition` below `position` are known. Never goes back. */
  note(partition: number, position: number): void {
    while (this.positions.length <= partition) this.positions.push(0);
    if ((this.positions[partition] ?? 0) >= position) return;
    this.positions[partition] = position;
    this.frozen = undefined;
  }

  /** The same object while nothing changed, so that it can serve as a tag. */
  snapshot(): readonly number[] {
    return (this.frozen ??= [...this.positions]);
  }
}

/** At most 8 digits a partition: 4 KiB of metadata hold 450 partitions. */
export function encodePositions(positions: readonly number[]): string {
  return positions.map((position) => position.toString(36)).join('.');
}

/** Undefined for metadata that is none of ours; then all is read from the beginning. */
export function decodePositions(metadata: string): readonly number[] | undefined {
  if (!/^[0-9a-z]+(\.[0-9a-z]+)*$/.test(metadata)) return undefined;
  const positions = metadata.split('.').map((digits) => Number.parseInt(digits, 36));
  return positions.every(Number.isSafeInteger) ? positions : undefined;
}

/** For each partition the lower of both; a partition that one does not name is 0. */
export function lowerPositions(left: readonly number[], right: readonly number[]): readonly number[] {
  const length = Math.max(left.length, right.length);
  return Array.from({ length }, (_, partition) => Math.min(left[partition] ?? 0, right[partition] ?? 0));
}
