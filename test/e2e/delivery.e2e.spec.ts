import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeDeadLetter } from '@signalbox/contracts';
import { deliveryIdOf, logtoSignature, signingKeyOf, standardWebhooksSecret } from '@signalbox/domain';
import type { LogRecord } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';
import type { Sandbox } from '@signalbox/sandbox';
import { AnswerCheck, anEvent, aWebhook, ReceiverServer, startTestSandbox, waitFor } from '@signalbox/testing';
import { Webhook as Verifier } from 'standardwebhooks';
import { ApiClient, type LogEntry, type Webhook } from '../support/api-client.ts';
import { inEffect } from '../support/applied-configuration.ts';
import { Publisher } from '../support/publisher.ts';

let sandbox: Sandbox;
let api: ApiClient;
let publisher: Publisher;
let receiver: ReceiverServer;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  api = new ApiClient(sandbox.runInfo, await AnswerCheck.of(sandbox.runInfo.apiUrl));
  publisher = await Publisher.connect(sandbox.runInfo);
}, 120_000);
afterAll(async () => {
  await publisher[Symbol.asyncDispose]();
  await sandbox.stop();
}, 60_000);
beforeEach(async () => {
  receiver = await ReceiverServer.start();
});
afterEach(() => receiver.close());

/** A webhook that is in effect: what is published from now on is delivered to it. */
async function create(webhook: object): Promise<Webhook> {
  return (await inEffect(sandbox.runInfo, async () => api.createWebhook(webhook))).answer;
}

/** Waits too: the next test must not take this change for its own. */
async function remove({ id }: Webhook): Promise<void> {
  await inEffect(sandbox.runInfo, async () => api.deleteWebhook(id));
}

/** The request log of a webhook once it has so many entries, all of them in the wanted result. */
async function logsOf(id: string, count: number, result: 'Success' | 'Error'): Promise<readonly LogEntry[]> {
  let logs: readonly LogEntry[] = [];
  await waitFor(
    async () => {
      logs = await api.recentLogs(id);
      return logs.length === count && logs.every((entry) => entry.payload.result === result);
    },
    { what: `${count} entries with ${result} in the request log`, timeoutMs: 20_000 },
  );
  return logs;
}

describe('from a published event to the request log', () => {
  it('delivers an event byte for byte with hookId last, signed so that receivers can verify it', async () => {
    const events = ['User.Created'];
    const webhook = await create(
      aWebhook(receiver.url, { events, config: { url: receiver.url, headers: { 'X-Tenant': 'acme' } } }),
    );
    const event = `{"event":"User.Created","createdAt":"2026-01-01T00:00:00.000Z","data":{"name":"Zoë 🎉","n":1.50}, "extra":[1, 2]}`;
    await publisher.publish(event, { 'event-id': 'e2e-1' });
    const [request] = await receiver.waitForRequests(1);
    const body = `${event.slice(0, -1)},"hookId":"${webhook.id}"}`;
    expect(request?.body.toString()).toBe(body);
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.headers['x-tenant']).toBe('acme');
    expect(request?.headers['webhook-id']).toBe(deliveryIdOf(webhook.id, 'e2e-1'));
    const signature = logtoSignature(signingKeyOf(webhook.signingKey), Buffer.from(body));
    expect(request?.headers['logto-signature-sha-256']).toBe(signature);
    const verifier = new Verifier(standardWebhooksSecret(webhook.signingKey));
    expect(verifier.verify(body, request?.headers ?? {})).toMatchObject({ hookId: webhook.id });
    const [entry] = await logsOf(webhook.id, 1, 'Success');
    expect(entry).toMatchObject({
      id: deliveryIdOf(webhook.id, 'e2e-1'),
      key: 'TriggerHook.User.Created',
      payload: { hookId: webhook.id, hookRequest: { body: { hookId: webhook.id } }, response: { statusCode: 200 } },
    });
    const shown = await api.call<object>('GET', `/api/hooks/${webhook.id}/deliveries/${entry?.id}`, 200);
    expect(shown).toMatchObject({
      request: { headers: { 'x-tenant': '***' } },
      timeline: [{ ownHeaders: ['x-tenant'] }],
    });
    await remove(webhook);
  });

  it('makes of 500, 500, 200 three attempts, one log entry and a success', async () => {
    receiver.answer(500, 500, 200);
    const config = { url: receiver.url, retryPolicy: { preset: 'logto', delaysMs: [1_000, 1_000], maxAgeMs: 60_000 } };
    const webhook = await create(aWebhook(receiver.url, { events: ['User.Deleted'], config }));
    await publisher.publish(anEvent('User.Deleted'));
    const requests = await receiver.waitForRequests(3);
    expect(new Set(requests.map((request) => request.headers['webhook-id'])).size).toBe(1);
    const [entry] = await logsOf(webhook.id, 1, 'Success');
    expect(entry?.id).toBe(requests[0]?.headers['webhook-id']);
    await waitFor(
      async () => {
        const { executionStats } = await api.call<{ executionStats?: object }>(
          'GET',
          `/api/hooks/${webhook.id}?includeExecutionStats=true`,
          200,
        );
        return JSON.stringify(executionStats) === '{"successCount":1,"requestCount":1}';
      },
      { what: 'one success of one request in the stats' },
    );
    await remove(webhook);
  });

  it('makes of 400 one attempt and an error', async () => {
    receiver.answer({ status: 400, body: 'no' });
    const webhook = await create(aWebhook(receiver.url, { events: ['Role.Created'] }));
    await publisher.publish(anEvent('Role.Created'));
    const [entry] = await logsOf(webhook.id, 1, 'Error');
    expect(entry?.payload.response).toEqual({ statusCode: 400, body: 'no' });
    expect(receiver.requests).toHaveLength(1);
    const health = await api.call<object>('GET', `/api/hooks/${webhook.id}/health`, 200);
    expect(health).toMatchObject({ requests: 1, succeeded: 0, failed: 1 });
    await remove(webhook);
  });

  it('puts a record that breaks the contract aside with its reason, and delivers the next', async () => {
    const letters: LogRecord[] = [];
    const follower = createLogFollower({
      connection: { brokers: sandbox.runInfo.kafkaBrokers.split(','), clientId: 'e2e' },
      topic: sandbox.runInfo.topics.deadLetters,
      onRecord: (record) => letters.push(record),
      onFatal: (error) => {
        throw error;
      },
    });
    await follower.start();
    const webhook = await create(aWebhook(receiver.url, { events: ['Scope.Created'] }));
    const broken: Readonly<Record<string, string | Buffer>> = {
      'not-json': 'no json',
      'not-an-object': '[1,2]',
      'not-utf8': Buffer.from([0x7b, 0xff, 0x7d]),
      'missing-event': '{"data":{}}',
      'unknown-event': '{"event":"No.Such.Event"}',
      'carries-hook-id': '{"event":"Scope.Created","hookId":"x"}',
      'too-large': anEvent('Scope.Created', { data: { note: 'x'.repeat(256 * 1_024) } }),
    };
    // One key: all of them lie in the partition of the record behind them.
    for (const value of Object.values(broken)) publisher.send(value, {}, undefined, 'one partition');
    publisher.send(anEvent('Scope.Created'), {}, undefined, 'one partition');
    await publisher.flush();
    await receiver.waitForRequests(1);
    const wanted = Object.keys(broken).toSorted();
    await waitFor(() => letters.length >= wanted.length, { what: `${wanted.length} dead letters` });
    expect(letters.map((letter) => decodeDeadLetter(letter.headers)?.reason ?? '').toSorted()).toEqual(wanted);
    expect(receiver.requests).toHaveLength(1);
    await follower.stop();
    await remove(webhook);
  });

  it('signs with the new key after a rotation, and with both in the overlap', async () => {
    const webhook = await create(aWebhook(receiver.url, { events: ['Organization.Created'] }));
    const { answer: rotated } = await inEffect(sandbox.runInfo, async () =>
      api.call<{ signingKey: string }>('PATCH', `/api/hooks/${webhook.id}/signing-key`, 200),
    );
    expect(rotated.signingKey).not.toBe(webhook.signingKey);
    await publisher.publish(anEvent('Organization.Created'));
    const [request] = await receiver.waitForRequests(1);
    const body = request?.body ?? Buffer.alloc(0);
    const expected = logtoSignature(signingKeyOf(rotated.signingKey), body);
    expect(request?.headers['logto-signature-sha-256']).toBe(expected);
    for (const key of [rotated.signingKey, webhook.signingKey]) {
      const verifier = new Verifier(standardWebhooksSecret(key));
      expect(verifier.verify(body.toString(), request?.headers ?? {})).toMatchObject({ hookId: webhook.id });
    }
    await remove(webhook);
  });
});

describe('a delivery that failed', () => {
  interface Shown {
    readonly state: string;
    readonly timeline: readonly { readonly kind: string; readonly round: number }[];
  }

  it('is received again with the same id when it is resent, in the same log entry, as the API documents it', async () => {
    receiver.answer({ status: 400, body: 'not yet' }, 200);
    const webhook = await create(aWebhook(receiver.url, { events: ['OrganizationRole.Created'] }));
    const paths = {
      deliveries: '/api/hooks/{id}/deliveries',
      delivery: '/api/hooks/{id}/deliveries/{deliveryId}',
      resend: '/api/hooks/{id}/deliveries/{deliveryId}/resend',
      resends: '/api/hooks/{id}/resends',
      bulk: '/api/hooks/{id}/resends/{resendId}',
    };
    const ids: Record<string, string> = { id: webhook.id };
    const ask = async <T>(method: string, path: string, expected: number, body?: object, query = ''): Promise<T> => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '');
      return api.call<T>(method, `${filled}${query}`, expected, body);
    };
    const shownAs = async (state: string): Promise<Shown> =>
      waitFor(
        async () => {
          const shown = await ask<Shown>('GET', paths.delivery, 200);
          return shown.state === state && shown;
        },
        { what: `the delivery to have ${state}` },
      );

    await publisher.publish(anEvent('OrganizationRole.Created'));
    const [first] = await receiver.waitForRequests(1);
    ids['deliveryId'] = first?.headers['webhook-id'] ?? '';
    await logsOf(webhook.id, 1, 'Error');
    await shownAs('failed');
    const asked = await ask('POST', paths.resend, 202, {});
    expect(asked).toMatchObject({ id: ids['deliveryId'], hookId: webhook.id, round: 1 });
    const [, second] = await receiver.waitForRequests(2);
    expect(second?.headers['webhook-id']).toBe(ids['deliveryId']);
    expect(second?.body).toEqual(first?.body);
    await logsOf(webhook.id, 1, 'Success');
    const { timeline } = await shownAs('succeeded');
    expect(timeline.map(({ kind, round }) => [kind, round])).toEqual([
      ['attempted', 0],
      ['resent', 1],
      ['attempted', 1],
    ]);

    const filter = { state: 'succeeded', from: Date.now() - 60_000, to: Date.now() + 60_000 };
    expect(await ask('POST', paths.resends, 200, { ...filter, dryRun: true })).toEqual({ dryRun: true, matching: 1 });
    ids['resendId'] = (await ask<{ id: string }>('POST', paths.resends, 202, filter)).id;
    const [, , third] = await receiver.waitForRequests(3);
    expect(third?.headers['webhook-id']).toBe(ids['deliveryId']);
    await waitFor(async () => (await ask<Shown>('GET', paths.bulk, 200)).state === 'done', {
      what: 'the resend to end',
    });
    expect(await ask('DELETE', paths.bulk, 202)).toMatchObject({ state: 'done', counts: { resent: 1 } });
    await ask('GET', paths.resends, 200);
    await ask('GET', paths.deliveries, 200, undefined, '?state=succeeded&limit=1');
    await ask('GET', '/api/hooks/{id}/health', 200);
    await ask('GET', '/api/health', 200, undefined, `?hookIds=${webhook.id}`);
    await ask('GET', '/api/hooks/{id}/recent-logs', 200);
    await api.call('GET', `/api/logs/${ids['deliveryId']}`, 200);
    await api.call('GET', '/api/logs/none', 404);
    await api.call('GET', '/api/health', 200);
    expect(await api.recentLogs(webhook.id)).toHaveLength(1);
    await remove(webhook);
  });
});
