import type { GroupGeneration } from './group-record.ts';

/** A generation of a group, as its broker has noted it. */
export interface NotedGeneration {
  /** Unix ms; no member knew before what it holds. */
  readonly atMs: number;
  /** Other members than those of the generation before: only then can a partition have gone to another one. */
  readonly hasOtherMembers: boolean;
}

/** The generations of one group. */
export class GroupGenerations {
  private readonly byNumber = new Map<number, { readonly atMs: number; readonly members: string }>();

  /** One is noted again when a member changes what it says of itself; its first note counts. */
  note({ generation, members }: GroupGeneration, atMs: number): void {
    if (this.byNumber.has(generation)) return;
    this.byNumber.set(generation, { atMs, members: members.toSorted().join(' ') });
  }

  inOrder(): readonly NotedGeneration[] {
    const sorted = [...this.byNumber].toSorted(([a], [b]) => a - b).map(([, noted]) => noted);
    return sorted.map(({ atMs, members }, index) => ({
      atMs,
      hasOtherMembers: members !== (sorted[index - 1]?.members ?? ''),
    }));
  }
}
