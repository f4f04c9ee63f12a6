import { SignalboxError, invalidInput } from '../../../errors/signalbox-error.ts';
import { isIdempotencyKey } from '../../domain/idempotent-call.ts';

/**
 * The key a call brings, of a header or metadata of that name.
 *
 * @throws SignalboxError `guard.invalid_input`
 */
export function idempotencyKeyOf(given: unknown): string {
  if (typeof given === 'string' && isIdempotencyKey(given)) return given;
  const expected = '1 to 255 visible ASCII characters, once';
  throw invalidInput([{ field: 'Idempotency-Key', why: 'is not a key', expected }]);
}

export function idempotencyMismatch(): SignalboxError {
  return new SignalboxError(
    'request.idempotency_mismatch',
    'This Idempotency-Key was used for another call in the last 24 hours; use a new key for a new call',
  );
}
