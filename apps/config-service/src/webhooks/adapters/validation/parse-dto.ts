import { plainToInstance } from 'class-transformer';
import type { ClassConstructor } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import type { FieldFault } from '../../application/webhook-input.ts';

export type Parsed<T> =
  { readonly kind: 'parsed'; readonly value: T } | { readonly kind: 'faulty'; readonly faults: readonly FieldFault[] };

/** Checks a body against a DTO class. Fields the class does not have are faults: they would be lost without a word. */
export function parseDto<Dto extends object>(type: ClassConstructor<Dto>, body: unknown): Parsed<Dto> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { kind: 'faulty', faults: [{ field: 'body', why: `is ${describe(body)}`, expected: 'a JSON object' }] };
  }
  const value = plainToInstance(type, body);
  const errors = validateSync(value, {
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
    forbidUnknownValues: true,
    validationError: { target: false },
  });
  if (errors.length === 0) return { kind: 'parsed', value: withoutUndefined(value) };
  return { kind: 'faulty', faults: errors.flatMap((error) => faultsOf(error, '')) };
}

function faultsOf(error: ValidationError, parent: string): FieldFault[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const { constraints = {}, children = [] } = error;
  if ('whitelistValidation' in constraints) {
    return [{ field, why: 'is not a field that can be sent', expected: 'the field to be left out' }];
  }
  const nested = children.flatMap((child) => faultsOf(child, field));
  if (nested.length > 0) return nested;
  const [expected] = Object.values(constraints);
  const why = error.value === undefined ? 'is missing' : `is ${describe(error.value)}`;
  return [{ field, why, ...(expected !== undefined && { expected }) }];
}

/** A value for people, without what may be a secret in it. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'an object';
}

/** class-transformer gives every field of the class, also those that were not sent; "absent" must stay absent. */
function withoutUndefined<T extends object>(value: T): T {
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]): [string, unknown] => [name, isDto(member) ? withoutUndefined(member) : member]);
  return Object.fromEntries(entries) as T;
}

function isDto(value: unknown): value is object {
  return typeof value === 'object' && value !== null && value.constructor.name.endsWith('Dto');
}
