import { describe, expect, it } from '@jest/globals';
import { areDelaysRight, isMaxAgeRight, isRateLimitRight, isTimeoutRight } from './delivery-rules.ts';
import { formatDurations, parseDurations } from './durations.ts';
import { en } from '../../texts/en/en.ts';
import { headerFaultOf } from './header-rules.ts';
import { settingsFaultsOf } from './settings-faults.ts';
import type { SettingsValues } from './settings-values.ts';

describe('durations', () => {
  it('are read as they are written', () => {
    expect(parseDurations('5s, 30s 2m;1h')).toEqual([5_000, 30_000, 120_000, 3_600_000]);
    expect(formatDurations([5_000, 90_000, 7_200_000, 86_400_000])).toBe('5s, 90s, 2h, 1d');
    expect(formatDurations([1_500, 86_399_999])).toBe('1500ms, 86399999ms');
    expect(parseDurations('1500ms, 86399999ms')).toEqual([1_500, 86_399_999]);
    expect(parseDurations('soon')).toBeUndefined();
    expect(parseDurations('5')).toBeUndefined();
  });
});

describe('the rules of delivery', () => {
  it('know what the server takes', () => {
    expect(['', '0s', '25h', Array(13).fill('1s').join(' ')].map(areDelaysRight)).toEqual([false, false, false, false]);
    expect(areDelaysRight('1s, 24h')).toBe(true);
    expect([isMaxAgeRight(1, '30m, 30m'), isMaxAgeRight(0.9, '30m, 30m'), isMaxAgeRight(169, '1s')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([0, 1, 30, 31, Number.NaN].map(isTimeoutRight)).toEqual([false, true, true, false, false]);
    expect([0, 1, 1.5, 10_001, Number.NaN].map(isRateLimitRight)).toEqual([false, true, false, false, true]);
  });
});

describe('a header', () => {
  const fault = (...rows: readonly [string, string][]): string | undefined =>
    headerFaultOf(
      rows.map(([name, value]) => ({ name, value })),
      rows.length - 1,
    );
  it.each([
    ['nameMissing', [['', 'x']]],
    ['nameBad', [['a b', 'x']]],
    ['nameReserved', [['Content-Type', 'x']]],
    ['nameReserved', [['webhook-id', 'x']]],
    [
      'nameTwice',
      [
        ['X-A', '1'],
        ['x-a', '2'],
      ],
    ],
    ['valueBad', [['X-A', 'Zoë']]],
    [undefined, [['X-A', 'fine']]],
    [undefined, [['', '']]],
  ] satisfies readonly (readonly [string | undefined, [string, string][]])[])('has the fault %s', (expected, rows) => {
    expect(fault(...rows)).toBe(expected);
  });
});

describe('the settings as a whole', () => {
  const right: SettingsValues = {
    name: 'CRM',
    url: 'https://example.com/',
    events: ['A'],
    headers: [{ name: '', value: '' }],
    retryMode: 'default',
    retries: 3,
    preset: 'logto',
    delays: '5s',
    maxAgeHours: 72,
    timeoutSeconds: 10,
    rateLimitPerSecond: Number.NaN,
    ed25519: false,
  };
  it('have no fault where everything can be sent; what is not sent may be anything', () => {
    expect(settingsFaultsOf({ ...right, delays: 'soon', retries: Number.NaN }, en)).toEqual({});
  });

  it.each<[string, Partial<SettingsValues>]>([
    ['name', { name: ' ' }],
    ['url', { url: 'nowhere' }],
    ['events', { events: [] }],
    ['timeoutSeconds', { timeoutSeconds: Number.NaN }],
    ['rateLimitPerSecond', { rateLimitPerSecond: 0 }],
    ['retries', { retryMode: 'count', retries: Number.NaN }],
    ['delays', { retryMode: 'policy', delays: 'soon' }],
    ['maxAgeHours', { retryMode: 'policy', maxAgeHours: 0 }],
    [
      'headers.1.name',
      {
        headers: [
          { name: 'X-Token', value: '1' },
          { name: 'x-token', value: '2' },
        ],
      },
    ],
  ])('have a fault at %s', (path, change) => {
    expect(Object.keys(settingsFaultsOf({ ...right, ...change }, en))).toEqual([path]);
  });
});
