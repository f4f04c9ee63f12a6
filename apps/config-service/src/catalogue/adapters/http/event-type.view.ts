import { EVENT_TYPES } from '@signalbox/domain';
import type { EventFamily, EventType } from '@signalbox/domain';
import type { OwnEventType } from '../../domain/own-event-type.ts';

/** An event type as the API shows it. */
export interface EventTypeView {
  readonly name: string;
  /** Of built-in types: which shape the payload has. */
  readonly family?: EventFamily;
  readonly group: string;
  readonly description: string;
  readonly example: Readonly<Record<string, unknown>>;
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly builtIn: boolean;
  readonly deprecated: boolean;
  /** Unix ms; of own types. */
  readonly createdAt?: number;
  readonly updatedAt?: number;
}

function builtInView(type: EventType): EventTypeView {
  return { ...type, builtIn: true, deprecated: false };
}

export const BUILT_IN_VIEWS: readonly EventTypeView[] = EVENT_TYPES.map(builtInView);

export function viewOfOwn(type: OwnEventType): EventTypeView {
  return {
    name: type.name,
    group: type.group,
    description: type.description,
    example: type.example,
    ...(type.schema !== null && { schema: type.schema }),
    builtIn: false,
    deprecated: type.isDeprecated,
    createdAt: type.createdAtMs,
    updatedAt: type.updatedAtMs,
  };
}

/** In a list, where 500 schemas would be too much of an answer. */
export function entryOfOwn(type: OwnEventType): EventTypeView {
  return viewOfOwn({ ...type, schema: null });
}
