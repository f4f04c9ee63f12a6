import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningConfigService } from '../../../testing/running-config-service.ts';

let service: RunningConfigService;
beforeAll(async () => {
  service = await RunningConfigService.start();
});
afterAll(async () => {
  await service?.stop();
});

const endpoint = 'http://127.0.0.1:8099/hook';

describe('POST /api/hooks', () => {
  it('makes a webhook with an id and a signing key of its own', async () => {
    const before = Date.now();
    const { status, body, headers } = await service.call('POST', '/api/hooks', {
      body: { name: 'first', events: ['PostRegister', 'User.Created', 'PostRegister'], config: { url: endpoint } },
    });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        tenantId: 'default',
        id: expect.stringMatching(/^[0-9a-z]{21}$/),
        name: 'first',
        event: null,
        events: ['PostRegister', 'User.Created'],
        config: { url: endpoint },
        signingKey: expect.stringMatching(/^[0-9A-Za-z]{32}$/),
        enabled: true,
        createdAt: expect.any(Number),
      },
    });
    expect(body['createdAt']).toBeGreaterThanOrEqual(before);
    expect(headers.get('etag')).toBe('"1"');
  });
});
