/**
 * Jest begins with the files that took the longest when it last ran them, and in a clean clone with the largest. A file that
 * runs the suites of others, or waits for real brokers, is small: begun last it would run on alone.
 */
import type { Test } from '@jest/test-result';
import sequencer from '@jest/test-sequencer';

const LONG: readonly string[] = [
  'libs/kafka/src/kafkajs.int.spec.ts',
  'libs/sandbox/src/commands/commands.int.spec.ts',
];

/** Its types are those of its CommonJS build; as an ES module it is the class itself. */
const Sequencer = sequencer as unknown as typeof sequencer.default;

export default class LongestFirst extends Sequencer {
  override async sort(tests: Test[]): Promise<Test[]> {
    const isLong = ({ path }: Test): number => Number(LONG.some((long) => path.endsWith(long)));
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own
    const sorted = await super.sort(tests);
    return sorted.toSorted((one, other) => isLong(other) - isLong(one));
  }
}
