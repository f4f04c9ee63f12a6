import { checkEndpointUrl, checkHeaders, isKnownEvent } from '@signalbox/domain';
import type { UrlRuleOptions } from '@signalbox/domain';
import { isEventTypeName } from '../../../catalogue/catalogue.ts';
import type { EventTypeLookup } from '../../../catalogue/catalogue.ts';
import type {
  ChangeWebhookInput,
  CreateWebhookInput,
  FieldFault,
  TestWebhookInput,
} from '../../application/webhook-input.ts';
import { unknownEventType } from '../../application/unknown-event-type.ts';
import { faultOfRetryPolicy } from '../../domain/delivery-policy.ts';
import { parseDto } from '../../../validation/parse-dto.ts';
import type { Parsed } from '../../../validation/parse-dto.ts';
import { ChangeWebhookDto, CreateWebhookDto, RotateSigningKeyDto, TestWebhookDto } from './webhook.dto.ts';

/** Of `events`; more are a fault of the list, and nobody looks for them. */
const MAX_EVENTS = 1_000;

/** A caller that gets everything wrong needs no list of a thousand faults. */
const MAX_FAULTS = 50;

/** Turns what callers send, over REST or gRPC, into checked input; every fault of every field at once. */
export class WebhookInputParser {
  readonly #urlRules: UrlRuleOptions;
  readonly #eventTypes: EventTypeLookup;

  constructor(urlRules: UrlRuleOptions, eventTypes: EventTypeLookup) {
    this.#urlRules = urlRules;
    this.#eventTypes = eventTypes;
  }

  async parseCreate(body: unknown, tenantId: string): Promise<Parsed<CreateWebhookInput>> {
    return this.#parse(parseDto(CreateWebhookDto, body), body, tenantId);
  }

  async parseChange(body: unknown, tenantId: string): Promise<Parsed<ChangeWebhookInput>> {
    return this.#parse(parseDto(ChangeWebhookDto, body), body, tenantId);
  }

  parseRotate(body: unknown): Parsed<{ readonly overlapSeconds?: number }> {
    return parseDto(RotateSigningKeyDto, body ?? {});
  }

  /** A URL that the rules refuse is no fault here: a test has an answer of its own for it (contract.md section 5). */
  async parseTest(body: unknown, tenantId: string): Promise<Parsed<TestWebhookInput>> {
    const dto = parseDto(TestWebhookDto, body);
    const parsed = await this.#parse(dto, body, tenantId);
    if (parsed.kind === 'parsed') return parsed;
    const faults = parsed.faults.filter(({ field, rule }) => field !== 'config.url' || rule === undefined);
    return faults.length === 0 ? dto : { kind: 'faulty', faults };
  }

  /** The rules between fields, and those that need settings, on whatever of the body has the right shape. */
  async #parse<T>(parsed: Parsed<T>, body: unknown, tenantId: string): Promise<Parsed<T>> {
    const shapeFaults = parsed.kind === 'faulty' ? parsed.faults : [];
    const known = new Set(shapeFaults.map(({ field }) => field));
    const ruleFaults = [...(await this.#faultsOfEvents(body, tenantId)), ...this.#faultsOfConfig(body, known)].filter(
      ({ field }) => !known.has(field),
    );
    const faults = [...shapeFaults, ...ruleFaults].slice(0, MAX_FAULTS);
    return faults.length === 0 ? parsed : { kind: 'faulty', faults };
  }

  async #faultsOfEvents(body: unknown, tenantId: string): Promise<readonly FieldFault[]> {
    const events = memberOf(body, 'events');
    const listed = Array.isArray(events) ? events.slice(0, MAX_EVENTS) : [];
    const named = [
      { field: 'event', name: memberOf(body, 'event') },
      ...listed.map((name: unknown, index) => ({ field: `events[${index}]`, name })),
    ];
    const others = named.flatMap(({ name }) => (typeof name === 'string' && !isKnownEvent(name) ? [name] : []));
    if (others.length === 0) return [];
    const own = await this.#eventTypes.ownAmong(tenantId, others.filter(isEventTypeName));
    return named.flatMap(({ field, name }) =>
      typeof name !== 'string' || isKnownEvent(name) || own.has(name) ? [] : [unknownEventType(field)],
    );
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

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
