import type { QueuedRecord } from './flight.ts';
import type { PartitionPlacement } from './partition-placement.ts';

export interface FlightLimits {
  readonly records: number;
  readonly bytes: number;
  /** A partition's records of one request are one batch, and `max.message.bytes` bounds a batch. */
  readonly bytesPerPartition: number;
}

const COMPACT_AFTER = 4_096;
/** Where a record of a topic goes whose partitions are not known yet. */
const UNPLACED = -1;

/** The records that wait for the next flight, first in, first out. */
export class RecordQueue {
  readonly #limits: FlightLimits;
  readonly #placement: Pick<PartitionPlacement, 'place'>;
  #records: QueuedRecord[] = [];
  #head = 0;

  constructor(limits: FlightLimits, placement: Pick<PartitionPlacement, 'place'>) {
    this.#limits = limits;
    this.#placement = placement;
  }

  get isEmpty(): boolean {
    return this.#head === this.#records.length;
  }

  push(record: QueuedRecord): void {
    this.#records.push(record);
  }

  /**
   * The next flight: as much from the front as the limits let through, one record at least. Of topics not written to yet
   * it takes one record, which brings their partitions and leaders: a flight goes in one call for each leader.
   */
  take(): QueuedRecord[] {
    const bytesOf = new Map<string, Map<number, number>>();
    let bytes = 0;
    let unplaced = 0;
    let end = this.#head;
    const last = Math.min(this.#records.length, this.#head + this.#limits.records);
    for (; end < last; end++) {
      const record = this.#records[end];
      if (record === undefined) break;
      const partition = this.#placement.place(record) ?? UNPLACED;
      let ofTopic = bytesOf.get(record.topic);
      if (ofTopic === undefined) bytesOf.set(record.topic, (ofTopic = new Map<number, number>()));
      const ofPartition = (ofTopic.get(partition) ?? 0) + record.bytes;
      bytes += record.bytes;
      const isFull = ofPartition > this.#limits.bytesPerPartition || bytes > this.#limits.bytes;
      if (partition === UNPLACED) unplaced++;
      if ((isFull || unplaced > 1) && end > this.#head) break;
      ofTopic.set(partition, ofPartition);
    }
    const flight = this.#records.slice(this.#head, end);
    this.#head = end;
    this.#compact();
    return flight;
  }

  #compact(): void {
    if (this.isEmpty) {
      this.#records = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AFTER) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
  }
}
