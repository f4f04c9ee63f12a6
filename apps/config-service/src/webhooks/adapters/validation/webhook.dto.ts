import { EVENT_TYPES } from '@signalbox/domain';
import {
  AnyText,
  FreeObject,
  ListOfTexts,
  ListOfWholeNumbers,
  Nested,
  OneOf,
  PrintableText,
  WholeNumber,
  YesOrNo,
} from '../../../validation/dto-fields.ts';

export class RetryPolicyDto {
  @OneOf(['logto', 'standard'], {
    description:
      'Which answers are tried again: `logto` those of 500 and above, 408, 425 and 429; `standard` every one that is no 2xx',
  })
  preset?: 'logto' | 'standard';

  @ListOfWholeNumbers({
    min: 1,
    max: 12,
    each: { min: 1_000, max: 86_400_000 },
    description: 'The delay before each further attempt, in milliseconds',
    expected: '1 to 12 whole numbers from 1000 to 86400000 (milliseconds)',
  })
  delaysMs?: number[];

  @WholeNumber({
    min: 60_000,
    max: 604_800_000,
    unit: 'milliseconds',
    description: 'How long a delivery may be under way; at least the sum of the delays',
  })
  maxAgeMs?: number;
}

export class WebhookConfigDto {
  @AnyText({
    isRequired: true,
    description: 'Where the events are posted to: https, a public host, a port the operator allows',
    expected: 'a URL such as https://example.com/webhooks',
    schema: { format: 'uri', minLength: 1, maxLength: 2_048 },
    example: 'https://example.com/webhooks',
  })
  url!: string;

  @FreeObject({
    description: 'Sent with every request: at most 50, 8 KiB together; names are HTTP tokens, values visible ASCII',
    expected: 'an object of header names and values',
    schema: {
      maxProperties: 50,
      propertyNames: { pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" },
      additionalProperties: { type: 'string', pattern: '^([!-~]([ -~]*[!-~])?)?$' },
    } as object,
    example: { 'x-api-key': 'a secret of the receiver' },
  })
  headers?: Record<string, string>;

  @WholeNumber({ min: 0, max: 3, description: 'How often an attempt that failed is tried again; default 3' })
  retries?: number;

  @WholeNumber({
    min: 1_000,
    max: 30_000,
    unit: 'milliseconds',
    description: 'For a whole attempt; default 10,000 milliseconds',
  })
  timeoutMs?: number;

  @Nested(RetryPolicyDto, {
    description: 'Wins over `retries`',
    expected: 'an object of preset, delaysMs and maxAgeMs',
  })
  retryPolicy?: RetryPolicyDto;

  @WholeNumber({ min: 1, max: 10_000, description: 'At most so many requests in a second' })
  rateLimitPerSecond?: number;

  @YesOrNo({ description: 'Sign with a key pair of this webhook too (`v1a` of Standard Webhooks)' })
  ed25519?: boolean;
}

/** What creating and changing have in common. */
class WebhookFieldsDto {
  @PrintableText({ min: 1, max: 256, description: 'For people', example: 'Sign-ins for the CRM' })
  name?: string;

  @AnyText({
    isNullable: true,
    description: 'One event type, as older clients write it; counts only while `events` is empty',
    expected: 'the name of an event type (see GET /api/event-types), or null',
    example: 'PostSignIn',
  })
  event?: string | null;

  @ListOfTexts({
    min: 1,
    max: 1_000,
    description: 'The event types that are delivered (see GET /api/event-types); made unique',
    expected: 'a list of 1 to 1000 names of event types (see GET /api/event-types)',
    known: EVENT_TYPES.map(({ name }) => name),
    example: ['PostSignIn'],
  })
  events?: string[];

  @YesOrNo({ description: 'Whether events are delivered; default true' })
  enabled?: boolean;
}

const CONFIG = { description: 'Where to and how', expected: 'an object with at least url' };

export class CreateWebhookDto extends WebhookFieldsDto {
  @Nested(WebhookConfigDto, { ...CONFIG, isRequired: true })
  config!: WebhookConfigDto;
}

export class ChangeWebhookDto extends WebhookFieldsDto {
  @Nested(WebhookConfigDto, { ...CONFIG, description: 'Replaces the configuration as a whole' })
  config?: WebhookConfigDto;
}

export class TestWebhookDto {
  @ListOfTexts({
    isRequired: true,
    min: 1,
    max: 100,
    description: 'The event types whose sample payloads are sent (see GET /api/event-types); made unique',
    expected: 'a list of 1 to 100 names of event types (see GET /api/event-types)',
    example: ['PostSignIn'],
  })
  events!: string[];

  @Nested(WebhookConfigDto, { ...CONFIG, isRequired: true, description: 'What is tried out; it need not be saved' })
  config!: WebhookConfigDto;
}

export class RotateSigningKeyDto {
  @WholeNumber({
    min: 0,
    max: 604_800,
    unit: 'seconds',
    description: 'How long the replaced key signs beside the new one; default a day',
  })
  overlapSeconds?: number;
}
