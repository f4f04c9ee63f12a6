import { describe, expect, it } from '@jest/globals';
import { closedWindowOf, requestsSearchOf, windowOf } from './requests-search.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('the address of recent requests', () => {
  it('keeps what is known, and is as if the rest were not there', () => {
    const search = { state: 'failed', answer: '5xx', event: ' A ', id: '', from: 'soon', period: '24h', open: 'x' };
    expect(requestsSearchOf(search)).toEqual({ state: 'failed', answer: '5xx', event: 'A', open: 'x' });
    expect(requestsSearchOf({ state: 'fine', answer: 'OK' })).toEqual({});
    expect(requestsSearchOf({ period: '1h', from: '5' })).toEqual({ from: '5' });
    // While its ends are being chosen it is still the custom one.
    expect(requestsSearchOf({ period: 'custom' })).toEqual({ period: 'custom' });
    expect(requestsSearchOf({ period: 'custom', from: '5' })).toEqual({ period: 'custom', from: '5' });
  });

  it('is a time that ends now, one with given ends, or the 24 hours of the API', () => {
    expect(windowOf({ period: '1h' }, DAY_MS)).toEqual({ fromMs: DAY_MS - HOUR_MS });
    expect(windowOf({ from: '3', to: '7' }, DAY_MS)).toEqual({ fromMs: 3, toMs: 7 });
    expect(windowOf({ period: 'custom', to: '7' }, DAY_MS)).toEqual({ toMs: 7 });
    expect(windowOf({}, DAY_MS)).toEqual({});
    expect(closedWindowOf({}, 2 * DAY_MS)).toEqual({ fromMs: DAY_MS, toMs: 2 * DAY_MS });
  });
});
