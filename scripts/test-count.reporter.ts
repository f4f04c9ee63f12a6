/**
 * A Jest reporter that appends `<passed> <failed>` of one run to the file named by TEST_COUNTS_FILE, for the closing
 * line of `.ci/run`. A spec file that could not run at all counts as one failed.
 */
import { appendFileSync } from 'node:fs';

/** Of Jest's AggregatedResult, what is counted here. */
interface RunResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

export default class TestCountReporter {
  onRunComplete(_contexts: unknown, results: RunResults): void {
    const file = process.env['TEST_COUNTS_FILE'];
    if (file === undefined) return;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    appendFileSync(file, `${results.numPassedTests} ${failed}\n`);
  }
}
