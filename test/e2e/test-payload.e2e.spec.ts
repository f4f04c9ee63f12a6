import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '@signalbox/sandbox';
import { ReceiverServer, aWebhook, startTestSandbox } from '@signalbox/testing';
import { createHmac } from 'node:crypto';
import { ApiClient } from '../support/api-client.ts';

let sandbox: Sandbox;
let api: ApiClient;
let receiver: ReceiverServer;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  api = new ApiClient(sandbox.runInfo);
  receiver = await ReceiverServer.start();
}, 120_000);
afterAll(async () => {
  await receiver.close();
  await sandbox.stop();
}, 60_000);

describe('a test payload', () => {
  it('reaches the URL that is tried out, signed with the key of the disabled webhook, and leaves no trace', async () => {
    const { id, signingKey } = await api.createWebhook({ ...aWebhook('http://127.0.0.1:8080/'), enabled: false });
    const config = { url: receiver.url, headers: { 'x-tried-out': 'yes' } };
    const path = `/api/hooks/${id}/test`;
    await api.call('POST', path, 204, { events: ['User.Created'], config });
    const [request] = receiver.requests;
    const body = request?.body.toString() ?? '';
    expect(JSON.parse(body)).toMatchObject({ event: 'User.Created', hookId: id, userAgent: 'fake-user-agent' });
    expect(request?.headers).toMatchObject({
      'x-tried-out': 'yes',
      'logto-signature-sha-256': createHmac('sha256', signingKey).update(body).digest('hex'),
    });

    receiver.answer({ status: 500, body: 'no thanks' });
    const refused = await api.call<{ code: string; data: object }>('POST', path, 422, {
      events: ['PostSignIn'],
      config,
    });
    expect(refused).toMatchObject({
      code: 'hook.endpoint_responded_with_error',
      data: { responseStatus: 500, responseBody: 'no thanks' },
    });
    expect(receiver.requests).toHaveLength(2);
    expect(await api.recentLogs(id)).toEqual([]);
  });

  it('answers 503 while the sender is down, and works when it is back', async () => {
    receiver.answer(200);
    const { id } = await api.createWebhook(aWebhook(receiver.url));
    const test = { events: ['PostSignIn'], config: { url: receiver.url } };
    await sandbox.killService('dispatcher-sender');
    await api.call('POST', `/api/hooks/${id}/test`, 503, test);
    await sandbox.startService('dispatcher-sender');
    await api.call('POST', `/api/hooks/${id}/test`, 204, test);
  });
});
