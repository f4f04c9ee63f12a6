import type { ErrorDetail } from '../../../errors/signalbox-error.ts';
import { invalidInput } from '../../../errors/signalbox-error.ts';
import { parseDto } from '../../../validation/parse-dto.ts';
import type { Parsed } from '../../../validation/parse-dto.ts';
import type { CreateEventTypeInput } from '../../application/manage-event-types.ts';
import type { EventTypeContent } from '../../domain/own-event-type.ts';
import { MAX_EXAMPLE_BYTES, MAX_SCHEMA_BYTES } from '../../domain/own-event-type.ts';
import { ChangeEventTypeDto, CreateEventTypeDto } from './event-type.dto.ts';

/** @throws SignalboxError `guard.invalid_input` naming every wrong field. */
export function parseCreateEventType(body: unknown): CreateEventTypeInput {
  const { deprecated, name, group, example, ...rest } = valueOf(parseDto(CreateEventTypeDto, body));
  requireExampleOf(name, example);
  return { name, group, example, ...rest, ...(deprecated !== undefined && { isDeprecated: deprecated }) };
}

/** @throws SignalboxError `guard.invalid_input` naming every wrong field. */
export function parseChangeEventType(name: string, body: unknown): Partial<EventTypeContent> {
  const { deprecated, ...rest } = valueOf(parseDto(ChangeEventTypeDto, body));
  if (rest.example !== undefined) requireExampleOf(name, rest.example);
  return { ...rest, ...(deprecated !== undefined && { isDeprecated: deprecated }) };
}

function valueOf<T extends { readonly example?: object; readonly schema?: object | null }>(parsed: Parsed<T>): T {
  if (parsed.kind === 'faulty') throw invalidInput(parsed.faults);
  const faults = [
    ...faultsOfSize('example', parsed.value.example, MAX_EXAMPLE_BYTES),
    ...faultsOfSize('schema', parsed.value.schema, MAX_SCHEMA_BYTES),
  ];
  if (faults.length > 0) throw invalidInput(faults);
  return parsed.value;
}

function faultsOfSize(field: string, value: object | null | undefined, maxBytes: number): readonly ErrorDetail[] {
  const bytes = Buffer.byteLength(JSON.stringify(value ?? null));
  return bytes > maxBytes ? [{ field, why: `has ${bytes} bytes`, expected: `${maxBytes} bytes at most` }] : [];
}

/** An example that could not be published would be one of something else. */
function requireExampleOf(name: string, example: Readonly<Record<string, unknown>>): void {
  if (Object.hasOwn(example, 'hookId')) {
    throw invalidInput([{ field: 'example.hookId', why: 'is set by Signalbox', expected: 'the field to be left out' }]);
  }
  if (Object.hasOwn(example, 'event') && example['event'] !== name) {
    throw invalidInput([{ field: 'example.event', why: 'names another event type', expected: `"${name}"` }]);
  }
}
