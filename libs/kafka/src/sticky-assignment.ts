/** What is assigned as a whole: one partition, or the partitions of one number of several topics. */
export interface AssignmentTopic {
  readonly name: string;
  readonly partitions: readonly number[];
}

export interface AssignmentMember {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** What the member says it holds, and since which generation. */
  readonly owned: ReadonlyMap<string, readonly number[]>;
  readonly generationId: number;
}

/** Partitions by topic. */
export type MemberPartitions = Map<string, number[]>;

/** Each partition's holder; of several that claim one, the claim of the latest generation counts. */
function holders(topic: AssignmentTopic, members: readonly AssignmentMember[]): Map<number, AssignmentMember> {
  const known = new Set(topic.partitions);
  const holderOf = new Map<number, AssignmentMember>();
  for (const member of members) {
    for (const partition of member.owned.get(topic.name) ?? []) {
      const rival = holderOf.get(partition);
      if (!known.has(partition) || (rival !== undefined && rival.generationId >= member.generationId)) continue;
      holderOf.set(partition, member);
    }
  }
  return holderOf;
}

/** A topic's share: each eligible member gets `floor` partitions, those in `extra` one more. */
interface Share {
  readonly topic: AssignmentTopic;
  readonly eligible: readonly AssignmentMember[];
  readonly floor: number;
  readonly held: ReadonlyMap<AssignmentMember, readonly number[]>;
  readonly extra: Set<AssignmentMember>;
}

function shareOut(topic: AssignmentTopic, members: readonly AssignmentMember[]): Share {
  const eligible = members.filter(({ topics }) => topics.includes(topic.name));
  const held = new Map<AssignmentMember, number[]>(eligible.map((member) => [member, []]));
  for (const [partition, member] of holders(topic, eligible)) held.get(member)?.push(partition);
  for (const partitions of held.values()) partitions.sort((a, b) => a - b);
  const floor = eligible.length === 0 ? 0 : Math.floor(topic.partitions.length / eligible.length);
  return { topic, eligible, floor, held, extra: new Set() };
}

/** Who would lose a partition without the extra one. */
const wouldKeep = ({ held, floor }: Share, member: AssignmentMember): boolean =>
  (held.get(member)?.length ?? 0) > floor;

/** Gives out the extra partitions of every topic: first to those who hold one, then to those with the least in all. */
function giveExtras(shares: readonly Share[], members: readonly AssignmentMember[]): void {
  const totals = new Map(members.map((member) => [member, 0]));
  const total = (member: AssignmentMember): number => totals.get(member) ?? 0;
  const add = (member: AssignmentMember, count: number): void => void totals.set(member, total(member) + count);
  for (const share of shares) for (const member of share.eligible) add(member, share.floor);

  for (const share of shares) {
    let left = share.topic.partitions.length - share.floor * share.eligible.length;
    const ranked = share.eligible.toSorted(
      (a, b) => Number(wouldKeep(share, b)) - Number(wouldKeep(share, a)) || total(a) - total(b),
    );
    for (const member of ranked) {
      if (left === 0) break;
      share.extra.add(member);
      add(member, 1);
      left--;
    }
  }

  // Balance over all topics: an extra one moves from who has too much to who has too little, if it can without anybody
  // losing a partition it holds.
  for (;;) {
    const move = findMove(shares, total);
    if (move === undefined) return;
    move.share.extra.delete(move.from);
    move.share.extra.add(move.to);
    add(move.from, -1);
    add(move.to, 1);
  }
}

function findMove(
  shares: readonly Share[],
  total: (member: AssignmentMember) => number,
): { share: Share; from: AssignmentMember; to: AssignmentMember } | undefined {
  let best: { share: Share; from: AssignmentMember; to: AssignmentMember; gap: number; cost: number } | undefined;
  for (const share of shares) {
    for (const from of share.extra) {
      for (const to of share.eligible) {
        const gap = total(from) - total(to);
        if (gap < 2 || share.extra.has(to)) continue;
        const cost = Number(wouldKeep(share, from)) - Number(wouldKeep(share, to));
        const isBetter = best === undefined || gap > best.gap || (gap === best.gap && cost < best.cost);
        if (isBetter) best = { share, from, to, gap, cost };
      }
    }
  }
  return best;
}

/** Members keep what they hold up to their quota; what is left goes to those below theirs. */
function fill(share: Share, result: Map<string, MemberPartitions>): void {
  const free = new Set(share.topic.partitions);
  const wanting: { partitions: number[]; missing: number }[] = [];
  for (const member of share.eligible) {
    const quota = share.floor + (share.extra.has(member) ? 1 : 0);
    const kept = (share.held.get(member) ?? []).slice(0, quota);
    for (const partition of kept) free.delete(partition);
    if (quota > 0) result.get(member.memberId)?.set(share.topic.name, kept);
    wanting.push({ partitions: kept, missing: quota - kept.length });
  }
  const rest = [...free].toSorted((a, b) => a - b);
  for (const { partitions, missing } of wanting) {
    partitions.push(...rest.splice(0, missing));
    partitions.sort((a, b) => a - b);
  }
}

/**
 * Every partition to one subscribed member: each topic spread evenly (a difference of one at most), all topics together
 * too where all members subscribe to the same, and beyond that nobody loses a partition it holds. Same input, same
 * output.
 */
export function assignSticky(
  topics: readonly AssignmentTopic[],
  unsorted: readonly AssignmentMember[],
): Map<string, MemberPartitions> {
  const members = unsorted.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const shares = topics.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((topic) => shareOut(topic, members));
  giveExtras(shares, members);
  const result = new Map<string, MemberPartitions>(members.map(({ memberId }) => [memberId, new Map()]));
  for (const share of shares) fill(share, result);
  return result;
}
