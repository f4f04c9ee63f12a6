import { eventTypeOf, samplePayload, spliceHookId } from '@signalbox/domain';
import type { EventTypeLookup } from '../../catalogue/event-type-lookup.port.ts';
import { resolveDeliveryPolicy } from '../domain/delivery-policy.ts';
import { TestAllowance } from '../domain/test-allowance.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { EndpointLookup } from './endpoint-lookup.port.ts';
import type { PayloadResult, PayloadTest, PayloadTester } from './payload-tester.port.ts';
import { policyOf } from './policy-of-input.ts';
import type { SecretVault } from './secret-vault.ts';
import type { Caller, TestWebhookInput, WebhookConfigInput } from './webhook-input.ts';
import type { WebhookJournal } from './webhook-journal.port.ts';

/** What came of one event's sample payload. */
export interface EventTest {
  readonly event: string;
  readonly ok: boolean;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body: unknown };
  readonly response?: { readonly statusCode: number; readonly body: string };
  readonly durationMs: number;
  readonly errorClass?: string;
  /** For people. */
  readonly error?: string;
}

export type TestOutcome =
  | { readonly kind: 'tested'; readonly results: readonly EventTest[] }
  | { readonly kind: 'not-found' }
  /** The URL is none that may be posted to. */
  | {
      readonly kind: 'refused-url';
      readonly rule: string;
      readonly why: string;
      readonly results: readonly EventTest[];
    }
  | { readonly kind: 'too-many'; readonly retryAfterSeconds: number }
  | { readonly kind: 'unavailable' };

/** After so long one of the tests under way has most likely ended. */
const BUSY_SECONDS = 1;

/** Sends sample payloads to a configuration that need not be saved, also of a disabled webhook. Changes nothing. */
export class TestWebhookUseCase {
  readonly #journal: WebhookJournal;
  readonly #vault: SecretVault;
  readonly #lookup: EndpointLookup;
  readonly #tester: PayloadTester;
  readonly #eventTypes: EventTypeLookup;
  readonly #allowance = new TestAllowance();
  readonly #now: () => number;

  constructor(
    journal: WebhookJournal,
    vault: SecretVault,
    lookup: EndpointLookup,
    tester: PayloadTester,
    eventTypes: EventTypeLookup,
    now: () => number,
  ) {
    this.#journal = journal;
    this.#vault = vault;
    this.#lookup = lookup;
    this.#tester = tester;
    this.#eventTypes = eventTypes;
    this.#now = now;
  }

  /** @throws SecretUnreadable */
  async test(caller: Caller, id: string, input: TestWebhookInput): Promise<TestOutcome> {
    const loaded = await this.#journal.load(caller.tenantId, id);
    if (loaded === undefined) return { kind: 'not-found' };
    const { config } = input;
    const payloads = await this.#payloads(caller.tenantId, id, [...new Set(input.events)]);
    const retryAfterSeconds = this.#allowance.take(caller.tenantId, payloads.length, this.#now());
    if (retryAfterSeconds > 0) return { kind: 'too-many', retryAfterSeconds };
    const refusal = await this.#lookup.refusalOf(config.url);
    if (refusal !== undefined) {
      return { kind: 'refused-url', ...refusal, results: payloads.map((payload) => unsent(payload, refusal.why)) };
    }

    const test = { ...this.#targetOf(loaded.webhook, config), payloads };
    const outcome = await this.#tester.post(caller, test);
    switch (outcome.kind) {
      case 'busy':
        return { kind: 'too-many', retryAfterSeconds: BUSY_SECONDS };
      case 'unavailable':
        return outcome;
      case 'posted':
        return {
          kind: 'tested',
          results: outcome.results.map((result, index) => tested(payloads[index], config, result)),
        };
    }
  }

  /** Of built-in types the sample that every tenant gets, of own ones their example. */
  async #payloads(tenantId: string, id: string, events: readonly string[]): Promise<PayloadTest['payloads']> {
    const nowMs = this.#now();
    const others = events.filter((event) => eventTypeOf(event) === undefined);
    const own = await this.#eventTypes.ownAmong(tenantId, others);
    return events.map((event) => {
      const family = eventTypeOf(event)?.family ?? 'data';
      const sample = own.get(event)?.example ?? samplePayload(event, family, { nowMs });
      return { event, body: spliceHookId(Buffer.from(JSON.stringify({ ...sample, event })), id) };
    });
  }

  /** The webhook as the configuration would make it; header values it has already keep their sealed text. */
  #targetOf(webhook: Webhook, config: WebhookConfigInput): Omit<PayloadTest, 'payloads'> {
    const { id, signingKeys, ed25519PrivateKey } = webhook;
    const { timeoutMs, ed25519 } = resolveDeliveryPolicy(policyOf(config));
    return {
      webhookId: id,
      url: config.url,
      headers: this.#vault.sealHeaders(config.headers ?? {}, id, []),
      signingKeys,
      ...(ed25519 && ed25519PrivateKey !== null && { ed25519PrivateKey }),
      timeoutMs,
    };
  }
}

type Payload = PayloadTest['payloads'][number];

function unsent(payload: Payload, why: string): EventTest {
  return {
    event: payload.event,
    ok: false,
    request: { headers: {}, body: JSON.parse(payload.body.toString()) },
    durationMs: 0,
    errorClass: 'refused-address',
    error: why,
  };
}

function tested(payload: Payload | undefined, config: WebhookConfigInput, result: PayloadResult): EventTest {
  const { event = '', body = Buffer.from('null') } = payload ?? {};
  const { ok, answer, durationMs, errorClass, error } = result;
  return {
    event,
    ok,
    request: {
      headers: Object.fromEntries(
        result.headers.map(({ name, value }) => [name, value ?? config.headers?.[name] ?? '']),
      ),
      body: JSON.parse(body.toString()),
    },
    ...(answer !== undefined && { response: answer }),
    durationMs: Math.round(durationMs),
    ...(errorClass !== undefined && { errorClass }),
    ...(error !== undefined && { error }),
  };
}
