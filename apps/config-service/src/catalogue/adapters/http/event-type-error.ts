import { SignalboxError, invalidInput } from '../../../errors/signalbox-error.ts';
import type { EventTypeDeletion, EventTypeOutcome } from '../../application/manage-event-types.ts';
import { MAX_OWN_EVENT_TYPES } from '../../domain/own-event-type.ts';

export function unknownEventType(name: string): SignalboxError {
  const shown = name.slice(0, 128);
  return new SignalboxError('entity.not_exists_with_id', 'There is no event type of this name', {
    data: { id: shown },
  });
}

type Refused = Exclude<EventTypeOutcome | EventTypeDeletion, { readonly kind: 'written' | 'deleted' }>;

/** The error a caller gets for what could not be done with an event type. */
export function errorOfEventType(outcome: Refused, name: string): SignalboxError {
  switch (outcome.kind) {
    case 'not-found':
      return unknownEventType(name);
    case 'taken':
      return new SignalboxError('entity.conflict', 'There is an event type of this name already');
    case 'too-many':
      return new SignalboxError(
        'entity.conflict',
        `A tenant has ${MAX_OWN_EVENT_TYPES} event types of its own at most`,
      );
    case 'built-in':
      return new SignalboxError('entity.conflict', 'This event type is built in, and cannot be changed or deleted');
    case 'in-use':
      return new SignalboxError(
        'entity.conflict',
        `${outcome.webhooks} webhooks subscribe to this event type; change them first, or mark it as deprecated`,
        { data: { webhooks: outcome.webhooks } },
      );
    case 'nothing-to-change':
      return new SignalboxError(
        'entity.invalid_input',
        'There is nothing to change; give at least one of group, description, example, schema and deprecated',
      );
    case 'version-mismatch':
      return new SignalboxError(
        'entity.version_mismatch',
        'The event type has changed since it was read; read it again',
        {
          data: { version: outcome.version },
        },
      );
    case 'invalid':
      return invalidInput([outcome.fault]);
  }
}
