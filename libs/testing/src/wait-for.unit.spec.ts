import { describe, expect, it } from '@jest/globals';
import { waitFor } from './wait-for.ts';

describe('waitFor', () => {
  it('answers the first value that is neither undefined nor false', async () => {
    const answers = [undefined, false, 0] as const;
    let asked = 0;
    expect(await waitFor(() => answers[asked++], { what: 'zero', everyMs: 1 })).toBe(0);
  });

  it('names what it waited for in vain, with the last error of the condition', async () => {
    const failing = waitFor(
      () => {
        throw new Error('still nothing');
      },
      { what: 'a delivery', timeoutMs: 5, everyMs: 1 },
    );
    await expect(failing).rejects.toThrow('Waited 5 ms in vain for a delivery: still nothing');
  });

  it('goes on after an error when a later answer is right', async () => {
    let asked = 0;
    const value = await waitFor(
      () => {
        if (asked++ < 2) throw new Error('not yet');
        return 'there';
      },
      { what: 'it', everyMs: 1 },
    );
    expect(value).toBe('there');
  });
});
