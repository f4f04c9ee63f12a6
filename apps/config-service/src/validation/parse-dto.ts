import { getMetadataStorage, validateSync } from 'class-validator';
import type { ValidationError } from 'class-validator';
import type { ErrorDetail } from '../errors/signalbox-error.ts';
import { invalidInput } from '../errors/signalbox-error.ts';
import { nestedTypeOf } from './nested-dtos.ts';

export type Parsed<T> =
  { readonly kind: 'parsed'; readonly value: T } | { readonly kind: 'faulty'; readonly faults: readonly ErrorDetail[] };

/** @throws SignalboxError `guard.invalid_input` naming every fault. */
export function valueOf<T>(parsed: Parsed<T>): T {
  if (parsed.kind === 'faulty') throw invalidInput(parsed.faults);
  return parsed.value;
}

type DtoClass<Dto extends object = object> = new () => Dto;
type Members = Readonly<Record<string, unknown>>;

/**
 * Checks a body against a DTO class. Fields the class does not have are faults: they would be lost without a word. Only
 * fields of the classes are ever looked into, so that no name and no depth of a body means anything to this code. What is
 * parsed has the fields that were sent, and no other.
 */
export function parseDto<Dto extends object>(type: DtoClass<Dto>, body: unknown): Parsed<Dto> {
  if (!isMembers(body)) {
    return { kind: 'faulty', faults: [{ field: 'body', why: `is ${describe(body)}`, expected: 'a JSON object' }] };
  }
  const unknown: ErrorDetail[] = [];
  const { instance, value } = take(type, body, '', unknown);
  const errors = validateSync(instance, { stopAtFirstError: true, validationError: { target: false } });
  const faults = [...unknown, ...errors.flatMap((error) => faultsOf(error, ''))];
  return faults.length === 0 ? { kind: 'parsed', value: value as Dto } : { kind: 'faulty', faults };
}

/** The instance is what class-validator reads, the value is the same in plain objects. */
function take(
  type: DtoClass,
  members: Members,
  parent: string,
  unknown: ErrorDetail[],
): { readonly instance: object; readonly value: object } {
  const fields = fieldsOf(type);
  const instance = new type();
  const value: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    const field = parent === '' ? name : `${parent}.${name}`;
    if (member === undefined) continue;
    if (!fields.has(name)) {
      unknown.push({ field, why: 'is not a field that can be sent', expected: 'the field to be left out' });
      continue;
    }
    const nested = nestedTypeOf(type, name);
    const taken = nested !== undefined && isMembers(member) ? take(nested, member, field, unknown) : undefined;
    (instance as Record<string, unknown>)[name] = taken?.instance ?? member;
    value[name] = taken?.value ?? member;
  }
  return { instance, value };
}

const knownFields = new WeakMap<DtoClass, ReadonlySet<string>>();

function fieldsOf(type: DtoClass): ReadonlySet<string> {
  const known = knownFields.get(type);
  if (known !== undefined) return known;
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const fields = new Set(metadata.map(({ propertyName }) => propertyName));
  knownFields.set(type, fields);
  return fields;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function faultsOf(error: ValidationError, parent: string): ErrorDetail[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const { constraints = {}, children = [] } = error;
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
