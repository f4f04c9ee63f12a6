export const EVENT_TYPE_LOOKUP = Symbol('EVENT_TYPE_LOOKUP');

/** A tenant's own event types, for who needs to know whether a name stands for one. */
export interface EventTypeLookup {
  /** Those of the names that the tenant has as own types, deprecated ones too, with their examples. */
  ownAmong(
    tenantId: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly example: Readonly<Record<string, unknown>> }>>;
}
