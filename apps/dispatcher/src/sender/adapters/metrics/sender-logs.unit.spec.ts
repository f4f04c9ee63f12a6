import { describe, expect, it } from '@jest/globals';
import type { WebhookState } from '@signalbox/contracts';
import { Registry } from '@signalbox/observability';
import { parseKeyring, SecretBox } from '@signalbox/secrets';
import { recordingLogger } from '../../../testing/recording-logger.ts';
import { SendProfiles } from '../../application/send-profiles.ts';
import type { SenderParts } from '../../testing/started-sender.ts';
import { answered, deliveryAt, PARTITION, startSender, TIMEOUT, WEBHOOK } from '../../testing/started-sender.ts';
import { senderMetrics } from './sender.metrics.ts';

const SECRET = 's3cret';
const keyringOf = (name: string, byte: number) => parseKeyring(`${name}=${Buffer.alloc(32, byte).toString('base64')}`);
/** Of a keyring that the sender does not have. */
const sealed = new SecretBox(keyringOf('k9', 9)).seal(SECRET, WEBHOOK.id);
/** What it holds in its URL, keys and headers is its owner's secret. */
const SECRETIVE: WebhookState = {
  ...WEBHOOK,
  url: `https://customer.example/${SECRET}?token=${SECRET}`,
  signingKeys: [{ sealed, honouredUntilMs: null }],
  headers: [{ name: 'authorization', sealedValue: sealed }],
};
const value = Buffer.from(`{"password":"${SECRET}"}`);
const LINE = { service: 'dispatcher' } as const;

/** A sender of that webhook, and the lines it has logged. */
async function startLogged(parts: SenderParts = {}) {
  const { logger, lines } = recordingLogger();
  const started = await startSender({}, [], { ...parts, observer: senderMetrics(new Registry(), logger) });
  started.known.webhook = SECRETIVE;
  return { ...started, lines };
}

// Each line is compared as a whole: what is not named here, as a URL, a header, a key or a body, is not in it.
describe('the log of the sender', () => {
  it('tells each change of a breaker', async () => {
    const { posts, facts, clock, give, lines } = await startLogged();
    for (let offset = 0; offset < 5; offset++) give(deliveryAt(offset, { value }));
    for (let index = 0; index < 5; index++) posts[index]?.end({ ...TIMEOUT, errorClass: 'connect' });
    const [opened] = facts.filter((fact) => fact.kind === 'breaker-changed');
    const nextProbeAtMs = opened?.nextProbeAtMs ?? 0;
    clock.nowMs = nextProbeAtMs;
    give(deliveryAt(5, { value }));
    posts[5]?.end(answered(200));
    const line = { ...LINE, level: 'info', msg: 'breaker.changed', webhook_id: WEBHOOK.id };
    const next_probe_at_ms = nextProbeAtMs;
    expect(lines).toEqual([
      { ...line, state: 'open', why: '5 attempts in a row got no answer', next_probe_at_ms },
      { ...line, state: 'half-open', why: 'one delivery is sent as a probe', next_probe_at_ms },
      { ...line, state: 'closed', why: 'the probe was answered' },
    ]);
    expect(nextProbeAtMs).toBeGreaterThan(0);
  });

  it("tells that a webhook's configuration does not come", async () => {
    const { sender, clock, give, lines } = await startLogged();
    give(deliveryAt(0, { value, webhookVersion: 2 }));
    clock.nowMs += 5_250;
    sender.tick();
    expect(lines).toEqual([{ ...LINE, level: 'warn', msg: 'configuration.behind', webhook_id: WEBHOOK.id }]);
  });

  it('tells that a secret cannot be opened, and by which key it was sealed', async () => {
    const profiles = new SendProfiles(new SecretBox(keyringOf('k1', 1)), {
      allowList: [],
      ports: [{ from: 443, to: 443 }],
    });
    const { posts, facts, give, lines } = await startLogged({ profiles });
    give(deliveryAt(0, { value }));
    expect({ posts: posts.length, facts }).toMatchObject({ posts: 0, facts: [{ reason: 'unknown key' }] });
    const why = 'the keyring has no key "k9"';
    expect(lines).toEqual([{ ...LINE, level: 'error', msg: 'secret.not_opened', webhook_id: WEBHOOK.id, why }]);
  });

  it('tells what it has put aside, where it lies and why', async () => {
    const { give, lines } = await startLogged();
    give({ ...deliveryAt(0, { value }), headers: { authorization: Buffer.from(SECRET) } });
    const why = 'is no delivery: the header "delivery" is missing or not of a known layout';
    const source = `${PARTITION.topic}/0/0`;
    expect(lines).toEqual([{ ...LINE, level: 'error', msg: 'delivery.put_aside', source, why }]);
  });

  it("tells that a receiver's verdict was not answered, and why", async () => {
    const error = Object.assign(new Error('14 UNAVAILABLE: the database is away'), {
      code: 14,
      // As grpc-js puts on its errors what went along.
      metadata: { 'x-signalbox-identity': SECRET },
    });
    const disabler = { disableByReceiver: async () => Promise.reject(error) };
    const { sender, posts, give, acknowledge, lines } = await startLogged({ disabler });
    give(deliveryAt(0, { value }));
    posts[0]?.end(answered(410, { answer: Buffer.from(SECRET) }));
    acknowledge();
    sender.tick();
    await new Promise(setImmediate);
    const err = { type: 'Error', message: error.message, code: 14, stack: error.stack };
    const msg = 'receiver_verdict.not_answered';
    expect(lines).toEqual([{ ...LINE, level: 'warn', msg, webhook_id: WEBHOOK.id, err }]);
  });
});
