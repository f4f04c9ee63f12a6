import { ApiError } from '../api/api-error.ts';
import type { Texts } from '../texts/texts.ts';
import { useTexts } from '../texts/use-texts.ts';
import { urlFaultOf } from './endpoint-url.ts';

const MAX_NAME_LENGTH = 256;

type Rule<Value> = (value: Value) => string | true;

export interface FieldRules {
  readonly name: Rule<string>;
  readonly url: Rule<string>;
  readonly events: Rule<readonly string[]>;
}

export const useFieldRules = (): FieldRules => fieldRulesOf(useTexts());

/** What the page itself knows to be wrong; everything else is the server's to say. */
export function fieldRulesOf({ create }: Texts): FieldRules {
  return {
    name: (name) =>
      name.trim() === '' ? create.nameMissing : name.trim().length <= MAX_NAME_LENGTH || create.nameTooLong,
    url: (url) => {
      const fault = urlFaultOf(url);
      if (fault === undefined) return true;
      return fault === 'urlMissing' ? create.urlMissing : create.urlRules[fault];
    },
    events: (events) => events.length > 0 || create.eventsMissing,
  };
}

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
