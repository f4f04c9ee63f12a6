import { Simulation } from './simulation.ts';

/** What a range of seeds came to. */
export interface RangeResult {
  readonly seeds: number;
  readonly steps: number;
  readonly posts: number;
  readonly skipped: number;
  readonly expired: number;
  readonly virtualMs: number;
  readonly faults: readonly { readonly seed: number; readonly fault: string }[];
}

export const NOTHING_RUN: RangeResult = {
  seeds: 0,
  steps: 0,
  posts: 0,
  skipped: 0,
  expired: 0,
  virtualMs: 0,
  faults: [],
};

export function addUp(one: RangeResult, other: RangeResult): RangeResult {
  return {
    seeds: one.seeds + other.seeds,
    steps: one.steps + other.steps,
    posts: one.posts + other.posts,
    skipped: one.skipped + other.skipped,
    expired: one.expired + other.expired,
    virtualMs: one.virtualMs + other.virtualMs,
    faults: [...one.faults, ...other.faults],
  };
}

/** Runs `count` seeds from `from` on, one after the other. */
export async function runSeeds(from: number, count: number): Promise<RangeResult> {
  let sum = NOTHING_RUN;
  for (let seed = from; seed < from + count; seed++) {
    const { fault, ...counts } = await new Simulation(seed).run();
    const faults = fault === undefined ? [] : [{ seed, fault }];
    sum = addUp(sum, { ...counts, seeds: 1, faults });
  }
  return sum;
}
