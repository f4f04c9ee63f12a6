import { describe, expect, it } from '@jest/globals';
import { JournalFold, differencesOf } from './journal-fold.ts';
import type { StoredEntry } from './journal-fold.ts';
import type { WebhookEvent } from './webhook.events.ts';

const entry = (version: number, event: WebhookEvent, tenantId = 't1'): StoredEntry => ({
  webhookId: 'w1',
  version,
  tenantId,
  event,
  actor: 'someone',
  atMs: 1_000 + version,
});

const created = entry(1, {
  type: 'Created',
  data: {
    tenantId: 't1',
    name: 'first',
    event: null,
    events: ['PostSignIn'],
    url: 'https://example.com/a',
    headers: [{ name: 'x', sealedValue: 'sealed' }],
    policy: { retries: 1 },
    signingKey: 'sealed-key',
    ed25519PrivateKey: null,
    enabled: true,
  },
});
const renamed = (version: number): StoredEntry => entry(version, { type: 'Renamed', data: { name: `v${version}` } });
const deleted = (version: number): StoredEntry => entry(version, { type: 'Deleted', data: {} });

function foldOf(...entries: readonly StoredEntry[]): JournalFold {
  const fold = new JournalFold('w1');
  for (const one of entries) fold.take(one);
  return fold;
}

describe('adding up a journal', () => {
  it.each([
    ['a gap', [created, renamed(3)], ['version 3 follows version 1']],
    [
      'a beginning that is missing',
      [renamed(2)],
      ['version 2 follows version 0', expect.stringContaining('comes first')],
    ],
    ['a second creation', [created, { ...created, version: 2 }], ['version 2 (Created) comes later']],
    [
      'an entry after the deletion',
      [created, deleted(2), renamed(3)],
      ['version 3 (Renamed) comes after the deletion'],
    ],
    ['another tenant', [created, { ...renamed(2), tenantId: 't2' }], ['version 2 was written under another tenant']],
    [
      'an event nobody knows',
      [created, { ...renamed(2), event: { type: 'Unheard', data: {} } as unknown as WebhookEvent }],
      ['version 2 is of the unknown type "Unheard"'],
    ],
  ])('notes %s', (_, entries, faults) => {
    expect(foldOf(...entries).faults).toEqual(expect.arrayContaining(faults));
  });
});

describe('a row beside its journal', () => {
  const { history } = foldOf(created, renamed(2));
  const row = history.kind === 'alive' ? history.webhook : undefined;
  if (row === undefined) throw new Error('the journal adds up to a webhook');

  it('differs by its fields', () => {
    expect(differencesOf(history, row)).toEqual([]);
    expect(differencesOf(history, { ...row, name: 'x', policy: {}, headers: [] })).toEqual([
      'name',
      'headers',
      'policy',
    ]);
  });

  it('may be missing, or be there after the deletion', () => {
    expect(differencesOf(history, undefined)).toEqual(['has no row']);
    const { history: gone } = foldOf(created, deleted(2));
    expect(differencesOf(gone, undefined)).toEqual([]);
    expect(differencesOf(gone, row)).toEqual(['has a row, and its journal says there is none']);
  });
});
