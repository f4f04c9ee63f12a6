import type { FieldFault } from './webhook-input.ts';

/** The fault of a field that names no event type of the tenant. */
export function unknownEventType(field: string): FieldFault {
  return { field, why: 'is not a known event type', expected: 'an event type of GET /api/event-types' };
}
