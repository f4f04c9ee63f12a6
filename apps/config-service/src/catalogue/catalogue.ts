export { missingEventTypes } from './adapters/postgres/missing-event-types.postgres.ts';
export { retellEventTypes } from './adapters/postgres/retell-event-types.postgres.ts';
export { isEventTypeName } from './domain/own-event-type.ts';
export { EVENT_TYPE_LOOKUP } from './event-type-lookup.port.ts';
export type { EventTypeLookup } from './event-type-lookup.port.ts';
