export const EVENT_TYPE_LOOKUP = Symbol('EventTypeLookup');

/** What may be published. It answers from memory. */
export interface EventTypeLookup {
  /** Whether the tenant has an event type of this name: a built-in one, or an own one that was not deleted. */
  isKnown(tenantId: string, name: string): boolean;
}
