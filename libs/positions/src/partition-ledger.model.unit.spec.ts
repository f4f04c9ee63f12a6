import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartitionLedger } from './partition-ledger.ts';

/**
 * One partition in the hands of one member over many joins, kept naively: which records there are, which are done and
 * which are under way as far as this ledger can know.
 */
class Model {
  ledger = new PartitionLedger<string>();
  /** Ledgers from before a loss, with what was under way then. */
  readonly ended: { readonly ledger: PartitionLedger<string>; readonly underWay: number[] }[] = [];
  readonly log: number[] = [];
  readonly queued = new Set<number>();
  readonly underWay = new Set<number>();
  readonly done = new Set<number>();
  position: number;
  /** No record comes below it any more: what lay there without one is a hole. */
  private end: number;
  committed: number;

  constructor(start: number) {
    this.position = start;
    this.end = start;
    this.committed = start;
    this.ledger.open(start, { done: [], tag: undefined, upTo: -1 });
  }

  /** The next record, `gap` offsets behind the one before where it is a new one. */
  handOver(gap: number): void {
    let offset = this.log.find((candidate) => candidate >= this.position);
    if (offset === undefined) this.log.push((offset = this.end + gap));
    const expected = this.done.has(offset) ? 'done' : this.underWay.has(offset) ? 'under way' : 'new';
    expect([offset, this.ledger.take(offset, 'tag')]).toEqual([offset, expected]);
    if (expected === 'new') this.queued.add(offset);
    this.moveTo(offset + 1);
  }

  /** What lies behind is no record of ours, unless there is one. */
  pass(by: number): void {
    const next = this.log.find((candidate) => candidate >= this.position) ?? Infinity;
    this.moveTo(Math.min(this.position + by, next));
    this.ledger.passTo(this.position);
  }

  private moveTo(position: number): void {
    this.position = position;
    this.end = Math.max(this.end, position);
  }

  begin(pick: number): void {
    const offset = picked(this.queued, pick);
    if (offset === undefined) return;
    this.queued.delete(offset);
    this.underWay.add(offset);
    this.ledger.begin(offset);
  }

  complete(pick: number): void {
    const offset = picked(this.underWay, pick);
    if (offset === undefined) return;
    this.underWay.delete(offset);
    this.done.add(offset);
    this.ledger.complete(offset);
  }

  commit(): void {
    this.committed = this.lowest;
  }

  /** Kept: what was only queued is forgotten, what is under way goes on, reading begins at what was committed. */
  keep(): void {
    this.ledger.suspend();
    expect(this.ledger.committable).toBeUndefined();
    this.queued.clear();
    this.position = this.committed;
    this.ledger.open(this.committed, { done: [], tag: undefined, upTo: -1 });
  }

  /** Lost and regained: known is what the logs tell. What was under way here ends for nobody. */
  regain(): void {
    this.ledger.end();
    this.ended.push({ ledger: this.ledger, underWay: [...this.underWay] });
    this.ledger = new PartitionLedger<string>();
    this.queued.clear();
    this.underWay.clear();
    this.position = this.committed;
    this.ledger.open(this.committed, { done: this.done, tag: undefined, upTo: -1 });
  }

  completeLate(pick: number): void {
    const { ledger, underWay } = this.ended[pick % this.ended.length] ?? {};
    const offset = underWay?.pop();
    if (offset !== undefined) ledger?.complete(offset);
  }

  get lowest(): number {
    return (
      this.log.find((offset) => offset >= this.committed && offset < this.position && !this.done.has(offset)) ??
      this.position
    );
  }
}

const picked = (set: ReadonlySet<number>, pick: number): number | undefined => [...set][pick % Math.max(1, set.size)];

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('handOver' as const), by: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), by: fc.nat(2_000) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('begin' as const), by: fc.nat() }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('complete' as const), by: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('commit' as const), by: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('keep' as const), by: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('regain' as const), by: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('completeLate' as const), by: fc.nat() }) },
);

describe('PartitionLedger, against a naive model', () => {
  it('knows over any joins what is done and what is under way, and commits exactly what is done', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(step, { maxLength: 80, size: 'max' }), (start, steps) => {
        const model = new Model(start);
        for (const action of steps) {
          model[action.do](action.by);
          expect(model.ledger.committable?.offset).toBe(model.lowest);
          expect(model.ledger.underWayCount).toBe(model.underWay.size);
          for (const { ledger } of model.ended) expect(ledger.committable).toBeUndefined();
        }
      }),
      { numRuns: 100 },
    );
  });
});
