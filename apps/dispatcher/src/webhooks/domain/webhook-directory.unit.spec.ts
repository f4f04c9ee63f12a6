import { describe, expect, it } from '@jest/globals';
import type { WebhookState } from '@signalbox/contracts';
import { DEFAULT_RETRY_POLICY } from '@signalbox/domain';
import { WebhookDirectory } from './webhook-directory.ts';

const webhook = (version: number, more: Partial<WebhookState> = {}): WebhookState => ({
  deleted: false,
  id: 'w1',
  tenantId: 'default',
  epoch: 1,
  version,
  name: '',
  subscribedTo: ['User.Created'],
  url: 'https://example.com/',
  headers: [],
  enabled: true,
  signingKeys: [{ sealed: 'sealed', honouredUntilMs: null }],
  timeoutMs: 10_000,
  retryPolicy: DEFAULT_RETRY_POLICY,
  ...more,
});

const ids = (directory: WebhookDirectory, event: string, tenant = 'default'): string[] =>
  [...directory.subscribers(tenant, event)].map((found) => found.id);

describe('WebhookDirectory', () => {
  it('matches by tenant and event, enabled ones only', () => {
    const directory = new WebhookDirectory();
    directory.apply(webhook(1));
    directory.apply(webhook(1, { id: 'w2', enabled: false }));
    expect(ids(directory, 'User.Created')).toEqual(['w1']);
    expect(ids(directory, 'User.Deleted')).toEqual([]);
    expect(ids(directory, 'User.Created', 'other')).toEqual([]);
  });

  it('keeps the highest epoch and version, compared as a pair, whatever order they come in', () => {
    const directory = new WebhookDirectory();
    expect(directory.apply(webhook(5))).toBe(true);
    expect(directory.apply(webhook(4, { subscribedTo: ['User.Deleted'] }))).toBe(false);
    expect(directory.apply(webhook(5, { subscribedTo: ['User.Deleted'] }))).toBe(false);
    expect(directory.apply(webhook(1, { epoch: 2, subscribedTo: ['User.Deleted'] }))).toBe(true);
    expect(ids(directory, 'User.Created')).toEqual([]);
    expect(ids(directory, 'User.Deleted')).toEqual(['w1']);
  });

  it('remembers a deletion, so that an older state does not come back', () => {
    const directory = new WebhookDirectory();
    directory.apply(webhook(1));
    directory.apply({ deleted: true, id: 'w1', tenantId: 'default', epoch: 1, version: 2, deletedAtMs: 0 });
    expect(directory.apply(webhook(1))).toBe(false);
    expect(ids(directory, 'User.Created')).toEqual([]);
    expect(directory.get('w1')?.deleted).toBe(true);
  });

  it('forgets a deletion at its tombstone, and nothing that is alive', () => {
    const directory = new WebhookDirectory();
    directory.apply(webhook(1));
    directory.forget('w1');
    expect(ids(directory, 'User.Created')).toEqual(['w1']);
    directory.apply({ deleted: true, id: 'w1', tenantId: 'default', epoch: 1, version: 2, deletedAtMs: 0 });
    directory.forget('w1');
    expect(directory.size).toBe(0);
  });

  it('tells its listeners what changed', () => {
    const directory = new WebhookDirectory();
    const heard: string[] = [];
    directory.onApplied((id) => heard.push(id));
    directory.apply(webhook(1));
    directory.apply(webhook(1));
    expect(heard).toEqual(['w1']);
  });
});
