import { describe, expect, it } from '@jest/globals';
import { de } from '../../texts/de/de.ts';
import { en } from '../../texts/en/en.ts';
import { describeField, describeValue } from './describe-change.ts';

/** Every field that config-service tells of in a history. */
const FIELDS = [
  'name',
  'event',
  'events',
  'config.url',
  'config.retries',
  'config.timeoutMs',
  'config.retryPolicy',
  'config.rateLimitPerSecond',
  'config.ed25519',
  'ed25519Key',
  'enabled',
  'disabledReason',
  'signingKey',
  'replacedKeyHonouredUntil',
];

describe('a change in the history', () => {
  it.each([
    ['English', en],
    ['German', de],
  ])('names every field in %s, and a header by its own name', (_, texts) => {
    for (const field of FIELDS) expect(describeField(field, texts)).toMatchObject({ isRaw: false });
    expect(describeField('config.headers.X-Key', texts).name).toContain('X-Key');
    expect(describeField('config.ofTomorrow', texts)).toEqual({ name: 'config.ofTomorrow', isRaw: true });
  });

  it.each<[string, unknown, string]>([
    ['name', '', 'empty'],
    ['name', 'CRM', 'CRM'],
    ['events', ['PostSignIn', 'User.Created'], 'PostSignIn, User.Created'],
    ['events', [], 'empty'],
    ['enabled', false, 'No'],
    ['config.retries', 0, '0'],
    ['config.timeoutMs', 8_000, '8 sec'],
    ['config.rateLimitPerSecond', 2_500, '2,500 per second'],
    [
      'config.retryPolicy',
      { preset: 'standard', delaysMs: [5_000, 120_000], maxAgeMs: 3_600_000 },
      '5s, 2m; Everything that is not a 2xx; gives up after 1h',
    ],
    ['config.retryPolicy', { preset: 'of tomorrow' }, '{"preset":"of tomorrow"}'],
    ['signingKey', '***', '***'],
  ])('says of %s what it is set to: %j', (field, value, words) => {
    expect(describeValue(field, value, en, 'en')).toBe(words);
  });
});
