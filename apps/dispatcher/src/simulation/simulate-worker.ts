import { runSeeds } from './seed-range.ts';

/** One worker process of `simulate`: runs the ranges it is sent, and answers each with what it came to. */
process.on('message', ({ from, count }: { readonly from: number; readonly count: number }) => {
  void runSeeds(from, count).then((result) => process.send?.(result));
});
