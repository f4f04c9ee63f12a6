import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeOperation } from '@signalbox/contracts';
import type { Operation } from '@signalbox/contracts';
import { createLogFollower } from '@signalbox/kafka';
import type { LogFollower } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import { RunningConfigService } from '../../../testing/running-config-service.ts';

let service: RunningConfigService;
let follower: LogFollower;
const told: { readonly key: string | undefined; readonly operation: Operation | undefined }[] = [];
beforeAll(async () => {
  service = await RunningConfigService.start();
  follower = createLogFollower({
    connection: { brokers: service.backends.kafkaBrokers.split(','), clientId: 'test' },
    topic: service.backends.topics.operations,
    onRecord: ({ key, headers, value }) => {
      const operation = value === null ? undefined : decodeOperation(headers, value);
      told.push({ key: key?.toString(), operation });
    },
    onFatal: () => undefined,
  });
  await follower.start();
});
afterAll(async () => {
  await follower?.stop();
  await service?.stop();
});

describe('the topic operations', () => {
  it('tells operators of rotated keys and of disabled webhooks, and of nothing else', async () => {
    const { id } = await service.makeWebhook();
    await service.call('PATCH', `/api/hooks/${id}`, { body: { name: 'renamed' } });
    await service.call('PATCH', `/api/hooks/${id}/signing-key`);
    await service.call('PATCH', `/api/hooks/${id}`, { body: { enabled: false } });
    await waitFor(() => told.length === 2, { what: 'both operations' });
    expect(told).toMatchObject([
      { key: id, operation: { kind: 'keys-rotated', webhookId: id, tenantId: 'default', webhookVersion: 3 } },
      { key: id, operation: { kind: 'webhook-disabled', webhookVersion: 4, by: 'owner' } },
    ]);
  });
});
