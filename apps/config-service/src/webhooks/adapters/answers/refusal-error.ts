import { unknownEventType } from '../../application/unknown-event-type.ts';
import type { Refusal } from '../../application/webhook-outcome.ts';
import type { ErrorCode } from '../../../errors/error-code.ts';
import { SignalboxError, invalidInput } from '../../../errors/signalbox-error.ts';

/** Logto answers a missing webhook by another code on each route; its clients look at them. */
export type NotFoundCode = Extract<ErrorCode, `entity.not_${string}`>;

export function notFound(code: NotFoundCode, id: string): SignalboxError {
  return new SignalboxError(code, 'There is no webhook of this id', { data: { id } });
}

/** The error a caller gets for a refused write, over REST and gRPC alike. */
export function errorOfRefusal(refusal: Refusal, id: string, notFoundCode: NotFoundCode): SignalboxError {
  switch (refusal.kind) {
    case 'not-found':
      return notFound(notFoundCode, id);
    case 'invalid-input':
      return invalidInput(refusal.faults);
    case 'unknown-events':
      return invalidInput([unknownEventType('events')]);
    case 'missing-events':
      return new SignalboxError(
        'hook.missing_events',
        'events is missing; give at least one event type, or the legacy event',
        { details: [{ field: 'events', why: 'is missing', expected: 'at least one event type' }] },
      );
    case 'nothing-to-change':
      return new SignalboxError(
        'entity.invalid_input',
        'There is nothing to change; give at least one of name, event, events, config and enabled',
      );
    case 'version-mismatch':
      return new SignalboxError('entity.version_mismatch', 'The webhook has changed since it was read; read it again', {
        data: { version: refusal.version },
      });
    case 'already-exists':
    case 'conflict':
      return new SignalboxError('entity.conflict', 'Others are changing this webhook at the same time; try again');
  }
}
