/** A group has committed an offset. */
export interface GroupCommit {
  readonly kind: 'commit';
  readonly groupId: string;
}

/** Members of a group were told what they hold, or the last one has left. */
export interface GroupGeneration {
  readonly kind: 'generation';
  readonly groupId: string;
  /** Grows by one with each rebalance. */
  readonly generation: number;
  /** Their ids: who has been expelled and joins again has another one. */
  readonly members: readonly string[];
}

/** Version 4 would be another layout, which Kafka does not write by itself. */
const LAST_VERSION = 3;

/**
 * What a record of the broker's own log `__consumer_offsets` says; undefined where it is of another kind, or takes back what
 * an earlier one said. Layouts: `OffsetCommitKey`, `GroupMetadataKey` and `GroupMetadataValue` in
 * https://github.com/apache/kafka/tree/4.2.0/group-coordinator/src/main/resources/common/message
 *
 * @throws Error where the layout is not a known one, or the bytes end too early: what was read would be nonsense.
 */
export function readGroupRecord(key: Buffer, value: Buffer | null): GroupCommit | GroupGeneration | undefined {
  const keyVersion = key.readInt16BE(0);
  if (keyVersion > 2) return undefined;
  const groupId = key.toString('utf8', 4, 4 + key.readInt16BE(2));
  if (keyVersion < 2) return { kind: 'commit', groupId };
  if (value === null) return undefined;
  const version = value.readInt16BE(0);
  if (version < 0 || version > LAST_VERSION) throw new Error(`group metadata of version ${version} cannot be read`);
  const generationAt = afterString(value, 2);
  const stateAt = afterString(value, afterString(value, generationAt + 4));
  const membersAt = version >= 2 ? stateAt + 8 : stateAt;
  return {
    kind: 'generation',
    groupId,
    generation: value.readInt32BE(generationAt),
    members: membersIn(value, membersAt, version),
  };
}

function membersIn(value: Buffer, at: number, version: number): readonly string[] {
  const members = Array.from({ length: value.readInt32BE(at) }, () => '');
  let memberAt = at + 4;
  for (const index of members.keys()) {
    const afterId = afterString(value, memberAt);
    members[index] = value.toString('utf8', memberAt + 2, afterId);
    // Its static id, its client and host, and how long it may take to join and be silent.
    const clientAt = version >= 3 ? afterString(value, afterId) : afterId;
    const timeoutsAt = afterString(value, afterString(value, clientAt));
    const subscriptionAt = timeoutsAt + (version >= 1 ? 8 : 4);
    memberAt = afterBytes(value, afterBytes(value, subscriptionAt));
  }
  if (memberAt > value.length) throw new RangeError(`members end out of range, at ${memberAt} of ${value.length}`);
  return members;
}

function afterBytes(bytes: Buffer, at: number): number {
  return at + 4 + Math.max(0, bytes.readInt32BE(at));
}

/** Where what follows a string begins: its length comes first, -1 for none. */
function afterString(bytes: Buffer, at: number): number {
  return at + 2 + Math.max(0, bytes.readInt16BE(at));
}
