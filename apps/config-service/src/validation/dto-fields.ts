import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { nestedIn } from './nested-dtos.ts';

/**
 * What every field of a body says about itself, once: it is checked by class-validator and described in the OpenAPI
 * document. `expected` is what a caller is told who sent something else.
 */
export interface FieldOptions {
  readonly description: string;
  readonly expected?: string;
  /** Most fields may be left out; null is not the same as left out. */
  readonly isRequired?: boolean;
  readonly isNullable?: boolean;
  readonly example?: unknown;
}

/** A field of bodies, by its JSON Schema and its checks. */
export function Field(
  schema: ApiPropertyOptions,
  options: FieldOptions,
  ...checks: readonly PropertyDecorator[]
): PropertyDecorator {
  const { description, isRequired = false, isNullable = false, example } = options;
  const isChecked = (value: unknown): boolean => (isRequired || value !== undefined) && (!isNullable || value !== null);
  return applyDecorators(
    ApiProperty({
      ...schema,
      description,
      required: isRequired,
      ...(isNullable && { nullable: true }),
      ...(example !== undefined && { example }),
    } as ApiPropertyOptions),
    ValidateIf((_, value: unknown) => isChecked(value)),
    ...checks,
  );
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface WholeNumberOptions extends FieldOptions, Range {
  readonly unit?: string;
}

export function WholeNumber({ min, max, unit, ...options }: WholeNumberOptions): PropertyDecorator {
  const message = options.expected ?? `a whole number from ${min} to ${max}${unit === undefined ? '' : ` (${unit})`}`;
  return Field(
    { type: 'integer', minimum: min, maximum: max },
    options,
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}

export function YesOrNo(options: FieldOptions): PropertyDecorator {
  return Field({ type: 'boolean' }, options, IsBoolean({ message: options.expected ?? 'true or false' }));
}

export function OneOf(values: readonly string[], options: FieldOptions): PropertyDecorator {
  const message = options.expected ?? values.join(' or ');
  return Field({ type: 'string', enum: [...values] }, options, IsIn(values, { message }));
}

// Neither control characters nor halves of surrogate pairs: Postgres cannot store them as they are.
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;
// The same for readers of JSON Schema, whose texts have no such halves; not all of them know classes of characters.
const WITHOUT_CONTROL_CHARACTERS = String.raw`^[^\u0000-\u001f\u007f-\u009f]*$`;

/** A text of whole code points, without control characters. `min` and `max` count code points. */
export function PrintableText({ min, max, ...options }: FieldOptions & Range): PropertyDecorator {
  const message = options.expected ?? `a text of ${min} to ${max} characters without control characters`;
  return Field(
    { type: 'string', minLength: min, maxLength: max, pattern: WITHOUT_CONTROL_CHARACTERS },
    options,
    IsString({ message }),
    Length(min, max, { message }),
    Matches(PRINTABLE, { message }),
  );
}

/** Any text; the rules of what it says are checked elsewhere, and `schema` describes them. */
export function AnyText(
  options: FieldOptions & { readonly expected: string; readonly schema?: ApiPropertyOptions },
): PropertyDecorator {
  const { schema, expected: message, ...field } = options;
  return Field({ type: 'string', ...schema }, field, IsString({ message }));
}

export interface TextListOptions extends FieldOptions, Range {
  readonly expected: string;
  /** Texts that are always right; there may be others. */
  readonly known?: readonly string[];
}

/** A list of texts; what each says is checked elsewhere. */
export function ListOfTexts({ min, max, expected: message, known, ...options }: TextListOptions): PropertyDecorator {
  const items = known === undefined ? { type: 'string' } : { anyOf: [{ enum: [...known] }, { type: 'string' }] };
  return Field(
    { type: 'array', items, minItems: min, maxItems: max },
    options,
    IsArray({ message }),
    ArrayMinSize(min, { message }),
    ArrayMaxSize(max, { message }),
    IsString({ message, each: true }),
  );
}

export interface NumberListOptions extends FieldOptions, Range {
  readonly expected: string;
  readonly each: Range;
}

export function ListOfWholeNumbers({
  min,
  max,
  each,
  expected: message,
  ...options
}: NumberListOptions): PropertyDecorator {
  const items = { type: 'integer', minimum: each.min, maximum: each.max };
  return Field(
    { type: 'array', items, minItems: min, maxItems: max },
    options,
    IsArray({ message }),
    ArrayMinSize(min, { message }),
    ArrayMaxSize(max, { message }),
    IsInt({ message, each: true }),
    Min(each.min, { message, each: true }),
    Max(each.max, { message, each: true }),
  );
}

/** An object whose members' names are the caller's: it is taken as it is, and `schema` describes it. */
export function FreeObject(
  options: FieldOptions & { readonly expected: string; readonly schema?: ApiPropertyOptions },
): PropertyDecorator {
  const { schema, expected: message, ...field } = options;
  return Field({ type: 'object', ...schema } as ApiPropertyOptions, field, IsObject({ message }));
}

/** An object that is a DTO of its own. */
export function Nested(
  type: new () => object,
  { expected: message, ...options }: FieldOptions & { readonly expected: string },
): PropertyDecorator {
  return applyDecorators(
    (target: object, name: string | symbol) => nestedIn(target.constructor).set(String(name), type),
    Field({ type }, options, IsObject({ message }), ValidateNested({ message })),
  );
}
