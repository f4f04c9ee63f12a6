import { InvalidEnvironment } from './invalid-environment.ts';

/** Exit code of a process whose configuration is wrong (`EX_CONFIG` of sysexits.h): starting again will not help. */
export const EX_CONFIG = 78;

/** Runs a process's `main`; prints why it could not start: exit 78 for its environment, 1 for anything else. */
export async function runService(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const isEnvironment = error instanceof InvalidEnvironment;
    const reason =
      error instanceof Error ? (isEnvironment ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${reason}\n`, () => process.exit(isEnvironment ? EX_CONFIG : 1));
  }
}
