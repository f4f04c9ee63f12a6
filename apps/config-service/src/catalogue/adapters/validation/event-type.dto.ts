import 'reflect-metadata';
import { Length, Matches } from 'class-validator';
import { AnyText, FreeObject, PrintableText, YesOrNo } from '../../../validation/dto-fields.ts';
import { applyDecorators } from '@nestjs/common';
import { MAX_NAME_LENGTH, NAME_PATTERN } from '../../domain/own-event-type.ts';

const NAME = `1 to ${MAX_NAME_LENGTH} letters, digits and _ . : - with a letter or digit first`;

const EventTypeName = (): PropertyDecorator =>
  applyDecorators(
    AnyText({
      description: 'What the member `event` of a published payload says.',
      expected: NAME,
      isRequired: true,
      example: 'Invoice.Paid',
      schema: { minLength: 1, maxLength: MAX_NAME_LENGTH, pattern: NAME_PATTERN },
    }),
    Length(1, MAX_NAME_LENGTH, { message: NAME }),
    Matches(new RegExp(NAME_PATTERN), { message: NAME }),
  );

const Group = (isRequired: boolean): PropertyDecorator =>
  PrintableText({
    min: 1,
    max: 64,
    isRequired,
    description: 'The heading people look for it under.',
    example: 'Billing',
  });

const Example = (isRequired: boolean): PropertyDecorator =>
  FreeObject({
    description: 'A payload as a publisher puts it on Kafka, without `hookId`. Test calls send it.',
    expected: 'a JSON object of 16 KiB at most',
    isRequired,
    example: { event: 'Invoice.Paid', data: { id: 'in_1' } },
  });

class EventTypeFieldsDto {
  @PrintableText({ min: 0, max: 1_024, description: 'One sentence for people.' })
  description?: string;

  @FreeObject({
    description: 'JSON Schema (2020-12) of the payload, for receivers. What is published is not checked by it.',
    expected: 'a JSON Schema of 32 KiB at most, or null',
    isNullable: true,
  })
  schema?: Record<string, unknown> | null;

  @YesOrNo({ description: 'Still published and delivered, and not for new subscribers to choose.' })
  deprecated?: boolean;
}

export class CreateEventTypeDto extends EventTypeFieldsDto {
  @EventTypeName()
  name!: string;

  @Group(true)
  group!: string;

  @Example(true)
  example!: Record<string, unknown>;
}

export class ChangeEventTypeDto extends EventTypeFieldsDto {
  @Group(false)
  group?: string;

  @Example(false)
  example?: Record<string, unknown>;
}
