import type { RunInfo } from '@signalbox/sandbox';

/** What the global setup started, as its spec files see it. */
export interface ConsoleTestSystem {
  readonly run: RunInfo;
  /** Of the Chromium to connect to. */
  readonly browserUrl: string;
}

export function consoleTestSystem(): ConsoleTestSystem {
  const text = process.env['SIGNALBOX_CONSOLE_TEST'];
  if (text === undefined) throw new Error('Run it by npm run test:browser, which starts the system');
  return JSON.parse(text) as ConsoleTestSystem;
}
