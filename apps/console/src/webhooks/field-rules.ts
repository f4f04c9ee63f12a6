import { set, type FieldErrors, type FieldValues, type Resolver } from 'react-hook-form';
import { ApiError } from '../api/api-error.ts';
import type { Texts } from '../texts/texts.ts';
import { urlFaultOf } from './endpoint-url.ts';

const MAX_NAME_LENGTH = 256;

/** What every webhook has; a form may have more. */
export interface BasicValues {
  name: string;
  url: string;
  events: string[];
}

/** What the page itself knows to be wrong, in words, by field; everything else is the server's to say. */
export function basicFaultsOf({ name, url, events }: BasicValues, { create }: Texts): Readonly<Record<string, string>> {
  const urlFault = urlFaultOf(url);
  return {
    ...(name.trim() === '' && { name: create.nameMissing }),
    ...(name.trim().length > MAX_NAME_LENGTH && { name: create.nameTooLong }),
    ...(urlFault !== undefined && { url: urlFault === 'urlMissing' ? create.urlMissing : create.urlRules[urlFault] }),
    ...(events.length === 0 && { events: create.eventsMissing }),
  };
}

/**
 * All values are looked at, also while the tab with their fields is not open: rules at the fields would then be passed over.
 * `faultsOf`: what is wrong, by the path of the field.
 */
export const resolverOf =
  <Values extends FieldValues>(faultsOf: (values: Values) => Readonly<Record<string, string>>): Resolver<Values> =>
  (values) => {
    const faults = Object.entries(faultsOf(values));
    if (faults.length === 0) return { values, errors: {} };
    const errors: FieldErrors<Values> = {};
    for (const [path, message] of faults) set(errors, path, { type: 'validate', message });
    return { values: {}, errors };
  };

export type FieldFaults<Name extends string> = Readonly<Partial<Record<Name, string>>> & {
  /** Every fault stands at a field; nothing is left to say of the error as a whole. */
  readonly isExplained: boolean;
};

/** What the server says of each field. `fields`: the form's name of it, and the path in what was sent. */
export function faultsAtFields<Name extends string>(
  error: Error | null,
  fields: Readonly<Record<Name, string>>,
): FieldFaults<Name> {
  if (!(error instanceof ApiError)) return { isExplained: false } as FieldFaults<Name>;
  const entries = Object.entries<string>(fields).map(([name, path]) => [name, error.faultOf(path)] as const);
  const found = entries.filter(([, fault]) => fault !== undefined);
  const isExplained = error.details.length > 0 && found.length >= new Set(error.details.map(({ field }) => field)).size;
  return { ...Object.fromEntries(found), isExplained } as FieldFaults<Name>;
}
