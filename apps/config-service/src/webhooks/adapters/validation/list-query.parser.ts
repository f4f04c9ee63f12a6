import { isEventTypeName } from '../../../catalogue/catalogue.ts';
import type { ErrorDetail } from '../../../errors/signalbox-error.ts';
import { invalidInput } from '../../../errors/signalbox-error.ts';
import type { ListQuery } from '../../application/read-webhooks.ts';
import { HEALTHS, TRAFFIC_ORDERS } from '../../domain/traffic.ts';

export const LIST_ORDERS = ['-createdAt', 'createdAt', 'name', '-name', ...TRAFFIC_ORDERS] as const;
export const MAX_SEARCH_LENGTH = 256;

/**
 * Which webhooks a list is to have, and in which order.
 *
 * @throws SignalboxError `guard.invalid_input` naming every parameter at fault.
 */
export function listQueryOf(query: Readonly<Record<string, unknown>>): ListQuery {
  const faults: ErrorDetail[] = [];
  const taken = <T>(name: string, expected: string, read: (text: string) => T | undefined): T | undefined => {
    const text = query[name];
    if (text === undefined) return undefined;
    const value = typeof text === 'string' ? read(text) : undefined;
    if (value === undefined) faults.push({ field: name, why: 'cannot be used', expected });
    return value;
  };
  const oneOf = <T extends string>(name: string, values: readonly T[]): T | undefined =>
    taken(name, values.join(', '), (text) => values.find((value) => value === text));

  const search = taken('search', `a text of ${MAX_SEARCH_LENGTH} characters at most`, (text) =>
    text.length <= MAX_SEARCH_LENGTH && /^[^\p{Cc}\p{Cs}]*$/u.test(text) ? text : undefined,
  );
  const enabled = oneOf('enabled', ['true', 'false']);
  const event = taken('event', 'the name of an event type', (text) => (isEventTypeName(text) ? text : undefined));
  const health = oneOf('health', HEALTHS);
  const order = oneOf('sort', LIST_ORDERS);
  if (faults.length > 0) throw invalidInput(faults);
  return {
    filter: {
      ...(search !== undefined && search !== '' && { search }),
      ...(enabled !== undefined && { isEnabled: enabled === 'true' }),
      ...(event !== undefined && { event }),
    },
    ...(health !== undefined && { health }),
    ...(order !== undefined && { order }),
  };
}
