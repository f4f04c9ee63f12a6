import type { EventTypeRecord } from '@signalbox/contracts';
import { compareVersions } from '@signalbox/contracts';
import { isKnownEvent } from '@signalbox/domain';

/** Operators' own event types as the compacted log tells them, newest version of each, beside the built-in ones. */
export class EventTypeDirectory {
  /** Tenant → name. A deletion stays as a marker, so that what comes late is known to be late. */
  private readonly records = new Map<string, Map<string, EventTypeRecord>>();

  /** Keeps the record if it is newer than what is known; false when it came late or twice. */
  apply(record: EventTypeRecord): boolean {
    let ofTenant = this.records.get(record.tenantId);
    if (ofTenant === undefined) this.records.set(record.tenantId, (ofTenant = new Map<string, EventTypeRecord>()));
    const known = ofTenant.get(record.name);
    if (known !== undefined && compareVersions(record, known) <= 0) return false;
    ofTenant.set(record.name, record);
    return true;
  }

  isKnown(tenantId: string, name: string): boolean {
    return isKnownEvent(name) || this.records.get(tenantId)?.get(name)?.deleted === false;
  }
}
