import { SandboxError } from '../sandbox-error.ts';
import { DEFAULT_BACK_OFF, nextDelayMs } from './back-off.ts';

export interface ReviveOptions {
  readonly name: string;
  readonly start: () => Promise<void>;
  readonly isWanted: () => boolean;
  readonly onLine: (line: string) => void;
  readonly onGivenUp: (error: SandboxError) => void;
}

/** Starts a Kafka or a Postgres again that ended by itself, with back-off, until it cannot be. */
export async function revive(options: ReviveOptions, how: string): Promise<void> {
  const { name, start, isWanted, onLine, onGivenUp } = options;
  let why = `ended (${how})`;
  for (let failures = 1; isWanted(); failures++) {
    const delayMs = nextDelayMs(DEFAULT_BACK_OFF, failures);
    if (delayMs === undefined) {
      return onGivenUp(new SandboxError('sandbox.start_failed', `${name} cannot be started again: ${why}`));
    }
    onLine(`${name} ${why}; starting it again in ${delayMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (!isWanted()) return;
    try {
      await start();
      return onLine(`${name} is back`);
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
}
