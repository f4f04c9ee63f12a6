import { randomBytes, randomUUID } from 'node:crypto';
import type { WebhookState } from '@signalbox/contracts';
import { DEFAULT_RETRY_POLICY, deliveryIdOf } from '@signalbox/domain';
import type { HttpTransport, PostOutcome } from '@signalbox/egress';
import type { SendProfiles } from '../../../sender/signed-posts.ts';
import { attemptHeaders, outcomeOf } from '../../../sender/signed-posts.ts';
import type { PayloadPoster } from '../../application/payload-poster.port.ts';
import type { SentHeader, TestResult, TestTarget } from '../../domain/test-payload.ts';

/** Posts test payloads over the transport of deliveries, prepared and signed by the sender's own code. */
export class EgressPayloadPoster implements PayloadPoster {
  readonly #profiles: SendProfiles;
  readonly #transport: HttpTransport;

  constructor(profiles: SendProfiles, transport: HttpTransport) {
    this.#profiles = profiles;
    this.#transport = transport;
  }

  prepare(target: TestTarget): ReturnType<PayloadPoster['prepare']> {
    const profile = this.#profiles.of(stateOf(target));
    if ('kind' in profile) return profile;
    const custom = new Set(target.headers.map(({ name }) => name));
    return {
      kind: 'prepared',
      post: async ({ body }, timeoutMs) => {
        const startedAtMs = Date.now();
        const headers = attemptHeaders(profile, newDelivery(target.webhookId), body, startedAtMs);
        const outcome = await new Promise<PostOutcome>((resolve) =>
          this.#transport.post({ endpoint: profile.endpoint, headers, body, timeoutMs }, resolve),
        );
        return resultOf(outcome, startedAtMs, shown(headers, custom));
      },
    };
  }
}

/** The webhook as if it were saved so: what a test shows is what deliveries would do. */
function stateOf(target: TestTarget): WebhookState {
  const { webhookId, tenantId, url, headers, signingKeys, ed25519PrivateKey, timeoutMs } = target;
  return {
    deleted: false,
    id: webhookId,
    tenantId,
    epoch: 0,
    version: 0,
    name: '',
    subscribedTo: [],
    url,
    headers,
    enabled: true,
    signingKeys,
    ...(ed25519PrivateKey !== undefined && { ed25519PrivateKey }),
    timeoutMs,
    retryPolicy: DEFAULT_RETRY_POLICY,
  };
}

/** An id that no delivery has: a receiver that dedupes takes every test for a new message. */
function newDelivery(webhookId: string): Parameters<typeof attemptHeaders>[1] {
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
  return { deliveryId: deliveryIdOf(webhookId, randomUUID()), traceparent };
}

function resultOf(outcome: PostOutcome, startedAtMs: number, headers: readonly SentHeader[]): TestResult {
  const { timings, statusCode, answer, errorClass, error } = outcomeOf(outcome, startedAtMs, Date.now());
  const durationMs = timings.totalMs;
  if (errorClass !== undefined) return { ok: false, headers, durationMs, errorClass, error: error ?? errorClass };
  const told = { headers, durationMs, answer: { statusCode: statusCode ?? 0, body: answer ?? '' } };
  if (outcome.kind === 'answered' && outcome.statusCode >= 200 && outcome.statusCode < 300)
    return { ok: true, ...told };
  return { ok: false, ...told, errorClass: 'http-status', error: `answered with status ${statusCode}` };
}

function shown(headers: readonly string[], custom: ReadonlySet<string>): readonly SentHeader[] {
  const sent: SentHeader[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    sent.push(custom.has(name) ? { name } : { name, value });
  }
  return sent;
}
