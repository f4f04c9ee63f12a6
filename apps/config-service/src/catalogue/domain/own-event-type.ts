/** An event type of a tenant's own, beside those that every tenant has. */
export interface OwnEventType {
  readonly tenantId: string;
  readonly name: string;
  /** Rises with every change of any type, so that it also rises over a deletion and a new beginning under one name. */
  readonly version: number;
  /** Names this state of it, and no other of this name: also after the database was restored, which counts anew. */
  readonly stateTag: string;
  readonly group: string;
  readonly description: string;
  /** What a publisher puts on Kafka: the payload without `hookId`. */
  readonly example: Readonly<Record<string, unknown>>;
  /** JSON Schema 2020-12 that the example satisfies: told to receivers, never asked by the router. */
  readonly schema: Readonly<Record<string, unknown>> | null;
  readonly isDeprecated: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export type EventTypeContent = Pick<OwnEventType, 'group' | 'description' | 'example' | 'schema' | 'isDeprecated'>;

/** A tenant that has more of them has a program that makes them. */
export const MAX_OWN_EVENT_TYPES = 500;
export const MAX_NAME_LENGTH = 128;
export const MAX_EXAMPLE_BYTES = 16 * 1_024;
export const MAX_SCHEMA_BYTES = 32 * 1_024;

/** A letter or digit first; no slash, since names are parts of paths and of record keys. */
export const NAME_PATTERN = '^[0-9A-Za-z][0-9A-Za-z_.:-]*$';

export function isEventTypeName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && new RegExp(NAME_PATTERN).test(text);
}
