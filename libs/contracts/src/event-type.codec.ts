/** An operator's own event type, as a value of the compacted topic `event-types`. The built-in ones are not on it. */
export interface EventTypeState {
  readonly deleted: false;
  readonly tenantId: string;
  readonly name: string;
  readonly epoch: number;
  /** Rises with every change, also over a deletion and a new beginning under the same name. */
  readonly version: number;
  /** Still valid: what is published of it is delivered. */
  readonly deprecated: boolean;
}

/** No webhook subscribed to it when it was deleted; what is published of it from then on is a dead letter. */
export interface EventTypeDeletion {
  readonly deleted: true;
  readonly tenantId: string;
  readonly name: string;
  readonly epoch: number;
  readonly version: number;
  readonly deletedAtMs: number;
}

export type EventTypeRecord = EventTypeState | EventTypeDeletion;

/** The record's key. No name holds a slash, so that two types never share one. */
export function eventTypeKey({ tenantId, name }: Pick<EventTypeRecord, 'tenantId' | 'name'>): string {
  return `${tenantId}/${name}`;
}

export function encodeEventType(record: EventTypeRecord): string {
  return JSON.stringify(record);
}

/** The record, or undefined when the value is none of ours. */
export function decodeEventType(value: Buffer): EventTypeRecord | undefined {
  try {
    const record = JSON.parse(value.toString()) as Partial<EventTypeRecord> | null;
    const isOurs =
      typeof record?.tenantId === 'string' &&
      typeof record.name === 'string' &&
      typeof record.epoch === 'number' &&
      typeof record.version === 'number' &&
      typeof record.deleted === 'boolean';
    return isOurs ? (record as EventTypeRecord) : undefined;
  } catch {
    return undefined;
  }
}
