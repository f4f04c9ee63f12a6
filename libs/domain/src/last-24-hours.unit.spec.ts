import { describe, expect, it } from '@jest/globals';
import { last24Hours } from './last-24-hours.ts';

const at = (text: string): number => Date.parse(text);

describe('last24Hours', () => {
  it('is 1,440 minutes with the current one: minutes at the old end, then whole hours', () => {
    expect(last24Hours(at('2026-03-02T14:20:31.500Z'))).toEqual({
      fromMs: at('2026-03-01T14:21:00Z'),
      wholeHoursFromMs: at('2026-03-01T15:00:00Z'),
      untilMs: at('2026-03-02T16:00:00Z'),
    });
  });

  it('needs no minutes when it begins with an hour', () => {
    const window = last24Hours(at('2026-03-02T14:59:59.999Z'));
    expect(window.fromMs).toBe(at('2026-03-01T15:00:00Z'));
    expect(window.wholeHoursFromMs).toBe(window.fromMs);
  });

  it('includes deliveries of a publisher whose clock is an hour fast', () => {
    const now = at('2026-03-02T14:59:59Z');
    expect(last24Hours(now).untilMs).toBeGreaterThan(now + 3_600_000);
  });
});
