import { describe, expect, it } from '@jest/globals';
import { localMinuteOf, unixMsOf } from './local-minute.ts';

describe('a minute of this device', () => {
  it('comes back as its first millisecond, or as its last where a time ends with it', () => {
    const startMs = new Date(2026, 2, 9, 4, 5).getTime();
    expect(localMinuteOf(startMs + 30_000)).toBe('2026-03-09T04:05');
    expect(unixMsOf('2026-03-09T04:05', false)).toBe(startMs);
    expect(unixMsOf('2026-03-09T04:05', true)).toBe(startMs + 59_999);
  });

  it.each(['', '2026-03', '1969-01-01T00:00', 'now'])('is none of %j', (text) => {
    expect(unixMsOf(text, false)).toBeUndefined();
  });
});
