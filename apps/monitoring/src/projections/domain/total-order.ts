/** The greater of two under a total order; what is known stands while the other is not greater. */
export function greater<T>(known: T | null, other: T, compare: (left: T, right: T) => number): T {
  return known === null || compare(other, known) > 0 ? other : known;
}

/** Null comes before every text. */
export function compareTexts(left: string | null, right: string | null): number {
  if (left === right) return 0;
  if (left === null) return -1;
  return right === null || left > right ? 1 : -1;
}

/** For numbers from 0; null comes before all of them. */
export function compareCounts(left: number | null, right: number | null): number {
  return (left ?? -1) - (right ?? -1);
}
