import { describe, expect, it } from '@jest/globals';
import { persist } from './persist.ts';

const never = new Promise<never>(() => {});

describe('persist', () => {
  it('tries again until it works', async () => {
    let tries = 0;
    const task = (): Promise<number> => (++tries < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve(tries));
    await expect(persist(task, { signal: new AbortController().signal })).resolves.toBe(3);
  });

  it('gives up after the error that no try mends, and after its time', async () => {
    const { signal } = new AbortController();
    const task = (): Promise<never> => Promise.reject(new Error('no'));
    await expect(persist(task, { signal, isFinal: () => true })).rejects.toThrow('no');
    await expect(persist(task, { signal, withinMs: 0 })).rejects.toThrow('no');
  });

  it('does not wait for the try under way once it is aborted', async () => {
    const control = new AbortController();
    const persisting = persist(() => never, { signal: control.signal });
    control.abort(new Error('enough'));
    await expect(persisting).rejects.toThrow('enough');
  });
});
