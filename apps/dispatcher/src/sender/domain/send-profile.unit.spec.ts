import { expect, it } from '@jest/globals';
import { profileHeaders } from './send-profile.ts';

it('tells the names of the headers of a webhook that are sent, and none of those that are ours', () => {
  expect(profileHeaders([])).toEqual({
    headers: ['content-type', 'application/json', 'user-agent', 'Signalbox-Webhooks'],
  });
  const custom = ['X-Tenant', 'Host', 'User-Agent', 'webhook-id'].map((name) => ({ name, value: `secret of ${name}` }));
  expect(profileHeaders(custom)).toEqual({
    headers: [
      'content-type',
      'application/json',
      'X-Tenant',
      'secret of X-Tenant',
      'User-Agent',
      'secret of User-Agent',
    ],
    headerNames: 'X-Tenant, User-Agent',
  });
});
