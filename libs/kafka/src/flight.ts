import type { Appended, OutgoingRecord } from './log-producer.port.ts';

/** A record on its way; kafkajs takes it as its message. */
export interface QueuedRecord {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: OutgoingRecord['headers'];
  readonly bytes: number;
  readonly onAppended: ((appended: Appended) => void) | undefined;
  readonly isVoid?: (() => boolean) | undefined;
  readonly onVoid?: (() => void) | undefined;
  /** Decided before the first sending, then never again. */
  partition: number | undefined;
}

/** What a broker answered: the records of this partition were appended from `baseOffset` on. */
export interface PartitionAck {
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: number;
}

/**
 * Calls `onAcknowledged` for each record that an answer covers, in order, and returns those that none does. kafkajs
 * resolves without having sent a partition whose leader moved, between two tries, to a broker that had answered already.
 */
export function settle(
  records: readonly QueuedRecord[],
  acks: readonly PartitionAck[],
  onAcknowledged: (record: QueuedRecord, partition: number, offset: number) => void,
): QueuedRecord[] {
  const nextOffsets = new Map<string, (number | undefined)[]>();
  for (const { topic, partition, baseOffset } of acks) {
    let offsets = nextOffsets.get(topic);
    if (offsets === undefined) nextOffsets.set(topic, (offsets = []));
    // Two answers for one partition mean that it was appended twice: its leader moved after the first one.
    offsets[partition] ??= baseOffset;
  }
  const missing: QueuedRecord[] = [];
  for (const record of records) {
    const { partition } = record;
    const offsets = nextOffsets.get(record.topic);
    const offset = partition === undefined ? undefined : offsets?.[partition];
    if (partition === undefined || offsets === undefined || offset === undefined) {
      missing.push(record);
      continue;
    }
    offsets[partition] = offset + 1;
    onAcknowledged(record, partition, offset);
  }
  return missing;
}
