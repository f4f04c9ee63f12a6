import type { FieldFault } from './api-error.ts';
import { badInput } from './api-error.ts';

/** Query parameters as they come: a name given twice is a list. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads the parameters of a call and gathers what is wrong with them, so that all of it is told at once. */
export class QueryReader {
  readonly #query: RawQuery;
  readonly #faults: FieldFault[] = [];

  constructor(query: RawQuery) {
    this.#query = query;
  }

  /** Null where it is not given, or wrong. */
  text(field: string, maxLength = 256): string | null {
    const value = this.#query[field];
    if (value === undefined) return null;
    if (typeof value !== 'string') return this.#wrong(field, 'is given more than once', 'one value');
    // Postgres has no NUL; nothing that is looked for has one.
    if (value.length > maxLength || value.includes('\u0000')) {
      return this.#wrong(field, 'is no such name', `1 to ${maxLength} characters without NUL`);
    }
    return value;
  }

  /** Unix ms. Fifteen digits reach to the year 33658, well within what Postgres and a Date can hold. */
  time(field: string): number | null {
    const value = this.text(field);
    if (value === null) return null;
    return /^\d{1,15}$/.test(value) ? Number(value) : this.#wrong(field, 'is no time', 'Unix milliseconds');
  }

  integer(field: string, { min, max, byDefault }: IntegerRange): number {
    const value = this.text(field);
    if (value === null) return byDefault;
    const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
    if (number >= min && number <= max) return number;
    this.#wrong(field, 'is no such number', `a whole number from ${min} to ${max}`);
    return byDefault;
  }

  choice<Choice extends string>(field: string, choices: readonly Choice[]): Choice | null {
    const value = this.text(field);
    if (value === null) return null;
    const known = choices.find((choice) => choice === value);
    return known ?? this.#wrong(field, 'is not known', `one of ${choices.join(', ')}`);
  }

  /** What `parse` makes of the text; undefined is wrong. */
  parsed<Value>(
    field: string,
    parse: (text: string) => Value | undefined,
    expected: string,
    maxLength?: number,
  ): Value | null {
    const value = this.text(field, maxLength);
    if (value === null) return null;
    return parse(value) ?? this.#wrong(field, 'cannot be read', expected);
  }

  /** @throws ApiError naming every field that was wrong. */
  check(code?: Parameters<typeof badInput>[1]): void {
    if (this.#faults.length > 0) throw badInput(this.#faults, code);
  }

  #wrong(field: string, why: string, expected: string): null {
    if (!this.#faults.some((fault) => fault.field === field)) this.#faults.push({ field, why, expected });
    return null;
  }
}

export interface IntegerRange {
  readonly min: number;
  readonly max: number;
  readonly byDefault: number;
}

/** @throws ApiError `log.invalid_time_window` where the time of `from` is after that of `to`; both in Unix ms. */
export function checkWindow(from: number | null, to: number | null, names: readonly [from: string, to: string]): void {
  if (from === null || to === null || from <= to) return;
  const [field, other] = names;
  const fault = { field, why: `is after ${other}`, expected: `a time up to ${other}` };
  throw badInput([fault], 'log.invalid_time_window');
}
