import { describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { ProxyName } from './proxy-name.ts';

type Found = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;

const OLD = { address: '10.0.0.1', family: 4 };
const NEW = { address: '10.0.0.2', family: 4 };
const failure = Object.assign(new Error('text'), { code: 'EAI_AGAIN' });

/** Questions wait in `asked` until they are answered. */
function nameAt() {
  const asked: Found[] = [];
  const clock = { nowMs: 1_000 };
  const name = new ProxyName(
    (_, found) => asked.push(found),
    () => clock.nowMs,
  );
  const lookUp = (all = true): Promise<unknown> =>
    new Promise((resolve) =>
      name.lookup('proxy.test', { all }, (error, address, family) => resolve(error?.code ?? [address, family])),
    );
  return { asked, clock, lookUp };
}

describe('the name of a forward proxy', () => {
  it('is looked up once for all who ask at once, and not again for 30 s', async () => {
    const { asked, clock, lookUp } = nameAt();
    const first = [lookUp(), lookUp(false)];
    expect(asked).toHaveLength(1);
    asked[0]?.(null, [OLD, NEW]);
    expect(await Promise.all(first)).toEqual([
      [[OLD, NEW], undefined],
      [OLD.address, 4],
    ]);
    clock.nowMs += 29_999;
    await lookUp();
    expect(asked).toHaveLength(1);
  });

  it('keeps its last addresses while the next ones are looked up, and where that fails', async () => {
    const { asked, clock, lookUp } = nameAt();
    const first = lookUp();
    asked[0]?.(null, [OLD]);
    await first;
    clock.nowMs += 30_000;
    expect(await lookUp()).toEqual([[OLD], undefined]);
    asked[1]?.(failure, []);
    expect(await lookUp()).toEqual([[OLD], undefined]);
    asked[2]?.(null, [NEW]);
    expect(await lookUp()).toEqual([[NEW], undefined]);
    expect(asked).toHaveLength(3);
  });

  it('is an error as long as nothing is known of it, and is looked up again', async () => {
    const { asked, lookUp } = nameAt();
    const failed = [lookUp(), lookUp()];
    asked[0]?.(failure, []);
    expect(await Promise.all(failed)).toEqual(['EAI_AGAIN', 'EAI_AGAIN']);
    const empty = lookUp();
    asked[1]?.(null, []);
    expect(await empty).toBe('ENOTFOUND');
  });
});
