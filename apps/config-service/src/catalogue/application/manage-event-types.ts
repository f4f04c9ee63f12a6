import { eventTypeOf } from '@signalbox/domain';
import type { EventTypeContent, OwnEventType } from '../domain/own-event-type.ts';
import type { ChangeRefusal, EventTypeStore, EventTypeTarget } from './event-type-store.port.ts';
import type { PayloadSchemas, SchemaFault } from './payload-schemas.port.ts';

export interface CreateEventTypeInput extends Partial<Omit<EventTypeContent, 'group' | 'example'>> {
  readonly name: string;
  readonly group: string;
  readonly example: EventTypeContent['example'];
}

export type EventTypeOutcome =
  | { readonly kind: 'written'; readonly type: OwnEventType }
  | { readonly kind: 'taken' | 'too-many' | 'built-in' | 'nothing-to-change' }
  | { readonly kind: 'invalid'; readonly fault: SchemaFault }
  | ChangeRefusal;

export type EventTypeDeletion =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'built-in' }
  | { readonly kind: 'in-use'; readonly webhooks: number }
  | ChangeRefusal;

/** A lost race is judged anew by what is there then. */
const MAX_TRIES = 5;

/** A tenant's own event types. The built-in ones are everybody's, and nobody's to change. */
export class ManageEventTypes {
  readonly #store: EventTypeStore;
  readonly #schemas: PayloadSchemas;
  readonly #now: () => number;

  constructor(store: EventTypeStore, schemas: PayloadSchemas, now: () => number) {
    this.#store = store;
    this.#schemas = schemas;
    this.#now = now;
  }

  async list(tenantId: string): Promise<readonly OwnEventType[]> {
    return this.#store.list(tenantId);
  }

  async find(tenantId: string, name: string): Promise<OwnEventType | undefined> {
    return this.#store.find(tenantId, name);
  }

  async create(tenantId: string, input: CreateEventTypeInput): Promise<EventTypeOutcome> {
    const { name, group, description = '', example, schema = null, isDeprecated = false } = input;
    if (eventTypeOf(name) !== undefined) return { kind: 'taken' };
    const fault = this.#faultOf({ schema, example });
    if (fault !== undefined) return { kind: 'invalid', fault };
    return this.#store.create({ tenantId, name }, { group, description, example, schema, isDeprecated }, this.#now());
  }

  async change(target: EventTypeTarget, input: Partial<EventTypeContent>): Promise<EventTypeOutcome> {
    if (eventTypeOf(target.name) !== undefined) return { kind: 'built-in' };
    if (Object.keys(input).length === 0) return { kind: 'nothing-to-change' };
    for (let left = MAX_TRIES; ; left--) {
      const known = await this.#store.find(target.tenantId, target.name);
      if (known === undefined) return { kind: 'not-found' };
      // Not inside the change, which holds a lock: what is judged here must still be there then.
      const fault = 'schema' in input || 'example' in input ? this.#faultOf({ ...known, ...input }) : undefined;
      if (fault !== undefined) return { kind: 'invalid', fault };
      const judged = { ...target, ifTags: target.ifTags ?? [known.stateTag] };
      const outcome = await this.#store.change(judged, (current) => ({ ...current, ...input }), this.#now());
      if (outcome.kind !== 'version-mismatch' || target.ifTags !== undefined || left === 1) return outcome;
    }
  }

  async delete(target: EventTypeTarget): Promise<EventTypeDeletion> {
    if (eventTypeOf(target.name) !== undefined) return { kind: 'built-in' };
    return this.#store.delete(target, this.#now());
  }

  #faultOf({ schema, example }: Pick<EventTypeContent, 'schema' | 'example'>): SchemaFault | undefined {
    return schema === null ? undefined : this.#schemas.faultOf(schema, example);
  }
}
