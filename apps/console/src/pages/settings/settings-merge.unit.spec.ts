import { describe, expect, it } from '@jest/globals';
import { en } from '../../texts/en/en.ts';
import { describePart } from './part-description.ts';
import { mergedValues, mergeOf, valuesAfterSave, type SettingsPart } from './settings-merge.ts';
import type { SettingsValues } from './settings-values.ts';

const base: SettingsValues = {
  name: 'CRM',
  url: 'https://example.com/',
  events: ['A', 'B'],
  headers: [],
  retryMode: 'default',
  retries: 3,
  preset: 'logto',
  delays: '5s',
  maxAgeHours: 72,
  timeoutSeconds: 10,
  rateLimitPerSecond: Number.NaN,
  ed25519: false,
};

describe('a merge of settings', () => {
  it('takes what one side changed, and asks only about what both changed differently', () => {
    const mine = { ...base, name: 'Mine', timeoutSeconds: 20, events: ['B', 'A', 'C'] };
    const theirs = { ...base, name: 'Theirs', url: 'https://their.example/', events: ['A', 'B', 'C'] };
    const merge = mergeOf(base, mine, theirs);
    expect(merge).toEqual({ mine: ['timeout'], theirs: ['url'], conflicts: ['name'] });
    expect(mergedValues(merge, mine, theirs, [])).toEqual({ ...theirs, timeoutSeconds: 20 });
    expect(mergedValues(merge, mine, theirs, ['name'])).toEqual({ ...theirs, name: 'Mine', timeoutSeconds: 20 });
  });

  it('keeps the fields of one part together', () => {
    const mine: SettingsValues = { ...base, retryMode: 'policy', delays: '1m' };
    const theirs: SettingsValues = { ...base, retryMode: 'count', retries: 1 };
    const merge = mergeOf(base, mine, theirs);
    expect(merge.conflicts).toEqual(['retries']);
    expect(mergedValues(merge, mine, theirs, ['retries'])).toEqual(mine);
  });

  it('keeps what was typed while a save was under way, and takes what the server made of the rest', () => {
    const sent = { ...base, name: ' New ', headers: [{ name: '', value: '' }] };
    const saved = { ...base, name: 'New' };
    const now = { ...sent, timeoutSeconds: 20 };
    expect(valuesAfterSave(sent, now, saved)).toEqual({ ...saved, timeoutSeconds: 20 });
    expect(valuesAfterSave(sent, { ...sent, name: 'Newer' }, saved)).toEqual({ ...saved, name: 'Newer' });
  });

  it('describes both sides of a conflict differently, in whatever they differ', () => {
    const policy = { ...base, retryMode: 'policy' } as const;
    const pairs: readonly (readonly [SettingsPart, SettingsValues, SettingsValues])[] = [
      ['headers', { ...base, headers: [{ name: 'X', value: '1' }] }, { ...base, headers: [{ name: 'X', value: '2' }] }],
      ['retries', policy, { ...policy, preset: 'standard' }],
      ['retries', policy, { ...policy, maxAgeHours: 1 }],
      ['retries', policy, { ...base, retryMode: 'count' }],
      ['ed25519', base, { ...base, ed25519: true }],
    ];
    for (const [part, mine, theirs] of pairs)
      expect(describePart(part, mine, en)).not.toBe(describePart(part, theirs, en));
  });

  it('finds nothing where nothing differs, an empty limit included', () => {
    expect(mergeOf(base, { ...base }, { ...base })).toEqual({ mine: [], theirs: [], conflicts: [] });
  });
});
