import type { WebhookRecord, WebhookState } from '@signalbox/contracts';
import { compareVersions } from '@signalbox/contracts';

/**
 * All webhooks as the compacted log tells them, newest version of each (invariant 7), with an index of who is sent what.
 * A deletion stays as a marker: unknown is never "deleted".
 */
export class WebhookDirectory {
  private readonly records = new Map<string, WebhookRecord>();
  /** Tenant → event type → enabled webhooks. */
  private readonly index = new Map<string, Map<string, Set<string>>>();
  private readonly listeners: ((webhookId: string) => void)[] = [];

  get size(): number {
    return this.records.size;
  }

  /** Keeps the record if it is newer than what is known; false when it came late or twice. */
  apply(record: WebhookRecord): boolean {
    const known = this.records.get(record.id);
    if (known !== undefined && compareVersions(record, known) <= 0) return false;
    if (known !== undefined) this.unindex(known);
    this.records.set(record.id, record);
    if (!record.deleted && record.enabled) this.indexOf(record);
    for (const listener of this.listeners) listener(record.id);
    return true;
  }

  /** A tombstone: the deletion is old enough for nothing to be on its way any more. What is not deleted stays. */
  forget(webhookId: string): void {
    if (this.records.get(webhookId)?.deleted === true) this.records.delete(webhookId);
  }

  get(webhookId: string): WebhookRecord | undefined {
    return this.records.get(webhookId);
  }

  /** Enabled webhooks of the tenant that are sent this event. */
  *subscribers(tenantId: string, eventType: string): Generator<WebhookState> {
    for (const id of this.index.get(tenantId)?.get(eventType) ?? []) {
      const record = this.records.get(id);
      if (record !== undefined && !record.deleted) yield record;
    }
  }

  /** `listener` runs after each record that was newer, with its webhook's id. */
  onApplied(listener: (webhookId: string) => void): void {
    this.listeners.push(listener);
  }

  private indexOf(state: WebhookState): void {
    let byEvent = this.index.get(state.tenantId);
    if (byEvent === undefined) this.index.set(state.tenantId, (byEvent = new Map<string, Set<string>>()));
    for (const eventType of state.subscribedTo) {
      const ids = byEvent.get(eventType);
      if (ids === undefined) byEvent.set(eventType, new Set([state.id]));
      else ids.add(state.id);
    }
  }

  private unindex(record: WebhookRecord): void {
    if (record.deleted) return;
    const byEvent = this.index.get(record.tenantId);
    for (const eventType of record.subscribedTo) byEvent?.get(eventType)?.delete(record.id);
  }
}
