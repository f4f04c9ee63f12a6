import { describe, expect, it } from '@jest/globals';
import { deliveryIdOf } from '@signalbox/domain';
import { RecoveredFacts } from './recovered-facts.ts';

const factOf = (name: string) => ({
  fact: { kind: 'skipped', deliveryId: deliveryIdOf('w', name), round: 0, attemptNumber: 1, deferrals: 0 } as const,
  isPaid: false,
});
const partitionOf = (...names: readonly string[]) => ({
  tag: 0,
  upTo: names.length - 1,
  facts: new Map(names.map((name, offset) => [offset, factOf(name)])),
});

describe('RecoveredFacts', () => {
  it('gives each fact to its own record and holds it no longer', () => {
    const facts = new RecoveredFacts();
    facts.replace(
      new Map([
        [3, partitionOf('a', 'b')],
        [4, partitionOf('c')],
      ]),
    );
    expect(facts.take(3, 1)).toEqual(factOf('b'));
    expect([facts.take(3, 1), facts.take(3, 2), facts.take(5, 0)]).toEqual([undefined, undefined, undefined]);
    expect(facts.size).toBe(2);
    expect(facts.take(4, 0)).toEqual(factOf('c'));
    expect(facts.size).toBe(1);
  });

  it('holds nothing of what an earlier join read', () => {
    const facts = new RecoveredFacts();
    facts.replace(new Map([[3, partitionOf('a', 'b')]]));
    facts.replace(new Map([[4, partitionOf('c')]]));
    expect([facts.size, facts.take(3, 0)]).toEqual([1, undefined]);
  });
});
