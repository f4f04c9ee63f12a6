import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import type { TransformFnParams } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDefined,
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

/** May be left out. Unlike `IsOptional` it does not let null through. */
const Optional = (): PropertyDecorator => ValidateIf((_, value: unknown) => value !== undefined);

/** May be left out or null. */
const Nullable = (): PropertyDecorator => ValidateIf((_, value: unknown) => value !== undefined && value !== null);

/** The names of headers are the caller's, so that a walk over classes must leave the object as it is. */
const AsGiven = (key: string): PropertyDecorator =>
  Transform(({ obj }: TransformFnParams) => (obj as Record<string, unknown>)[key]);

// Each message says what would be right: the one sentence a caller gets for the field.
const PRESET = { message: 'logto or standard' };
const DELAYS = { message: '1 to 12 whole numbers from 1000 to 86400000 (milliseconds)' };
const EACH_DELAY = { ...DELAYS, each: true };
const MAX_AGE = { message: 'a whole number from 60000 to 604800000 (milliseconds)' };

export class RetryPolicyDto {
  @Optional()
  @IsIn(['logto', 'standard'], PRESET)
  preset?: 'logto' | 'standard';

  @Optional()
  @IsArray(DELAYS)
  @ArrayMinSize(1, DELAYS)
  @ArrayMaxSize(12, DELAYS)
  @IsInt(EACH_DELAY)
  @Min(1_000, EACH_DELAY)
  @Max(86_400_000, EACH_DELAY)
  delaysMs?: number[];

  @Optional()
  @IsInt(MAX_AGE)
  @Min(60_000, MAX_AGE)
  @Max(604_800_000, MAX_AGE)
  maxAgeMs?: number;
}

const URL_TEXT = { message: 'a URL such as https://example.com/webhooks' };
const HEADERS = { message: 'an object of header names and values' };
const RETRIES = { message: 'a whole number from 0 to 3' };
const TIMEOUT = { message: 'a whole number from 1000 to 30000 (milliseconds)' };
const RETRY_POLICY = { message: 'an object of preset, delaysMs and maxAgeMs' };
const RATE = { message: 'a whole number from 1 to 10000' };
const TRUE_OR_FALSE = { message: 'true or false' };

export class WebhookConfigDto {
  @IsString(URL_TEXT)
  url!: string;

  @Optional()
  @AsGiven('headers')
  @IsObject(HEADERS)
  headers?: Record<string, string>;

  @Optional()
  @IsInt(RETRIES)
  @Min(0, RETRIES)
  @Max(3, RETRIES)
  retries?: number;

  @Optional()
  @IsInt(TIMEOUT)
  @Min(1_000, TIMEOUT)
  @Max(30_000, TIMEOUT)
  timeoutMs?: number;

  @Optional()
  @IsObject(RETRY_POLICY)
  @ValidateNested(RETRY_POLICY)
  @Type(() => RetryPolicyDto)
  retryPolicy?: RetryPolicyDto;

  @Optional()
  @IsInt(RATE)
  @Min(1, RATE)
  @Max(10_000, RATE)
  rateLimitPerSecond?: number;

  @Optional()
  @IsBoolean(TRUE_OR_FALSE)
  ed25519?: boolean;
}

const NAME = { message: 'a text of 1 to 256 characters without control characters' };
const EVENT = { message: 'the name of an event type (see GET /api/event-types), or null' };
const EVENTS = { message: 'a list of 1 to 1000 names of event types (see GET /api/event-types)' };
const EACH_EVENT = { ...EVENTS, each: true };
const CONFIG = { message: 'an object with at least url' };

// Neither control characters nor halves of surrogate pairs: Postgres cannot store them as they are.
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

/** What creating and changing have in common. */
class WebhookFieldsDto {
  @Optional()
  @IsString(NAME)
  @Length(1, 256, NAME)
  @Matches(PRINTABLE, NAME)
  name?: string;

  @Nullable()
  @IsString(EVENT)
  event?: string | null;

  @Optional()
  @IsArray(EVENTS)
  @ArrayMinSize(1, EVENTS)
  @ArrayMaxSize(1_000, EVENTS)
  @IsString(EACH_EVENT)
  events?: string[];

  @Optional()
  @IsBoolean(TRUE_OR_FALSE)
  enabled?: boolean;
}

export class CreateWebhookDto extends WebhookFieldsDto {
  @IsDefined(CONFIG)
  @IsObject(CONFIG)
  @ValidateNested(CONFIG)
  @Type(() => WebhookConfigDto)
  config!: WebhookConfigDto;
}

export class ChangeWebhookDto extends WebhookFieldsDto {
  @Optional()
  @IsObject(CONFIG)
  @ValidateNested(CONFIG)
  @Type(() => WebhookConfigDto)
  config?: WebhookConfigDto;
}

const OVERLAP = { message: 'a whole number from 0 to 604800 (seconds)' };

export class RotateSigningKeyDto {
  @Optional()
  @IsInt(OVERLAP)
  @Min(0, OVERLAP)
  @Max(604_800, OVERLAP)
  overlapSeconds?: number;
}
