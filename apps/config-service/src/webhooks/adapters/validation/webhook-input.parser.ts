import { checkEndpointUrl, checkHeaders, isKnownEvent } from '@signalbox/domain';
import type { UrlRuleOptions } from '@signalbox/domain';
import type {
  ChangeWebhookInput,
  CreateWebhookInput,
  FieldFault,
  TestWebhookInput,
} from '../../application/webhook-input.ts';
import { faultOfRetryPolicy } from '../../domain/delivery-policy.ts';
import { parseDto } from '../../../validation/parse-dto.ts';
import type { Parsed } from '../../../validation/parse-dto.ts';
import { ChangeWebhookDto, CreateWebhookDto, RotateSigningKeyDto, TestWebhookDto } from './webhook.dto.ts';

/** A caller that gets everything wrong needs no list of a thousand faults. */
const MAX_FAULTS = 50;

/** Turns what callers send, over REST or gRPC, into checked input; every fault of every field at once. */
export class WebhookInputParser {
  readonly #urlRules: UrlRuleOptions;

  constructor(urlRules: UrlRuleOptions) {
    this.#urlRules = urlRules;
  }

  parseCreate(body: unknown): Parsed<CreateWebhookInput> {
    return this.#parse(parseDto(CreateWebhookDto, body), body);
  }

  parseChange(body: unknown): Parsed<ChangeWebhookInput> {
    return this.#parse(parseDto(ChangeWebhookDto, body), body);
  }

  parseRotate(body: unknown): Parsed<{ readonly overlapSeconds?: number }> {
    return parseDto(RotateSigningKeyDto, body ?? {});
  }

  /** A URL that the rules refuse is no fault here: a test has an answer of its own for it (contract.md section 5). */
  parseTest(body: unknown): Parsed<TestWebhookInput> {
    const dto = parseDto(TestWebhookDto, body);
    const parsed = this.#parse(dto, body);
    if (parsed.kind === 'parsed') return parsed;
    const faults = parsed.faults.filter(({ field, rule }) => field !== 'config.url' || rule === undefined);
    return faults.length === 0 ? dto : { kind: 'faulty', faults };
  }

  /** The rules between fields, and those that need settings, on whatever of the body has the right shape. */
  #parse<T>(parsed: Parsed<T>, body: unknown): Parsed<T> {
    const shapeFaults = parsed.kind === 'faulty' ? parsed.faults : [];
    const known = new Set(shapeFaults.map(({ field }) => field));
    const ruleFaults = [...faultsOfEvents(body), ...this.#faultsOfConfig(body, known)].filter(
      ({ field }) => !known.has(field),
    );
    const faults = [...shapeFaults, ...ruleFaults].slice(0, MAX_FAULTS);
    return faults.length === 0 ? parsed : { kind: 'faulty', faults };
  }

  #faultsOfConfig(body: unknown, known: ReadonlySet<string>): readonly FieldFault[] {
    const config = memberOf(body, 'config');
    const faults: FieldFault[] = [];
    const url = memberOf(config, 'url');
    if (typeof url === 'string') faults.push(...this.#faultsOfUrl(url));
    const headers = memberOf(config, 'headers');
    if (typeof headers === 'object' && headers !== null && !Array.isArray(headers)) {
      for (const { name, why, right } of checkHeaders(headers as Record<string, unknown>)) {
        faults.push({ field: name === '' ? 'config.headers' : `config.headers.${name}`, why, expected: right });
      }
    }
    const isPolicySound = ![...known].some((field) => /^config($|\.retr)/.test(field));
    if (isPolicySound && typeof config === 'object' && config !== null) {
      const why = faultOfRetryPolicy(config);
      if (why !== undefined)
        faults.push({ field: 'config.retryPolicy', why, expected: 'delays that fit into maxAgeMs' });
    }
    return faults;
  }

  #faultsOfUrl(url: string): readonly FieldFault[] {
    if (!url.isWellFormed()) {
      return [{ field: 'config.url', why: 'holds half of a surrogate pair', expected: 'well-formed text' }];
    }
    const checked = checkEndpointUrl(url, this.#urlRules);
    return checked.ok ? [] : [{ field: 'config.url', why: checked.message, rule: checked.rule }];
  }
}

function faultsOfEvents(body: unknown): readonly FieldFault[] {
  const expected = 'an event type of GET /api/event-types';
  const faultOf = (field: string, name: unknown): FieldFault[] =>
    typeof name !== 'string' || isKnownEvent(name) ? [] : [{ field, why: 'is not a known event type', expected }];
  const events = memberOf(body, 'events');
  const listed = Array.isArray(events) ? events.flatMap((name, index) => faultOf(`events[${index}]`, name)) : [];
  return [...faultOf('event', memberOf(body, 'event')), ...listed];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
