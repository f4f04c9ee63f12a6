import type { EventTypeContent, OwnEventType } from '../domain/own-event-type.ts';

/** In which of these states (`OwnEventType.stateTag`) it must be; without tags whatever there is now. */
export interface EventTypeTarget {
  readonly tenantId: string;
  readonly name: string;
  readonly ifTags?: readonly string[];
}

export type ChangeRefusal =
  { readonly kind: 'not-found' } | { readonly kind: 'version-mismatch'; readonly version: number };

/** Own event types and what is told of them, which change together or not at all. */
export interface EventTypeStore {
  /** By name. */
  list(tenantId: string): Promise<readonly OwnEventType[]>;
  find(tenantId: string, name: string): Promise<OwnEventType | undefined>;
  create(
    target: EventTypeTarget,
    content: EventTypeContent,
    atMs: number,
  ): Promise<{ readonly kind: 'written'; readonly type: OwnEventType } | { readonly kind: 'taken' | 'too-many' }>;
  /** `change` is asked with what is there, locked; it has no effect of its own. */
  change(
    target: EventTypeTarget,
    change: (current: OwnEventType) => EventTypeContent,
    atMs: number,
  ): Promise<{ readonly kind: 'written'; readonly type: OwnEventType } | ChangeRefusal>;
  /** `in-use`: so many webhooks subscribe to it. None can begin to while it is being deleted. */
  delete(
    target: EventTypeTarget,
    atMs: number,
  ): Promise<{ readonly kind: 'deleted' } | { readonly kind: 'in-use'; readonly webhooks: number } | ChangeRefusal>;
}
