import { EX_CONFIG, InvalidEnvironment } from '@signalbox/config';
import { relative } from 'node:path';
import { startDemoLife, type DemoLife } from '../demo/demo-life.ts';
import { sandboxFolder } from '../paths.ts';
import { watchLauncher } from '../process/launcher.ts';
import { SandboxError } from '../sandbox-error.ts';
import { createSandbox, type Sandbox } from '../sandbox/create-sandbox.ts';
import type { SandboxOptions } from '../sandbox/sandbox-options.ts';
import { startOptions } from './start-options.ts';

/** A second signal this long after the first is a person's; npm hands the first one on a second time. */
const IMPATIENT_AFTER_MS = 1_500;

export interface StartCommandOptions {
  /** Kafka and Postgres without the services. */
  readonly onlyParts?: boolean;
  readonly print?: (line: string) => void;
}

/**
 * `npm start`: runs everything until a signal, or until something cannot be kept running. Answers the exit code: 0 after
 * a clean stop, 78 for a wrong environment, 1 for any other reason, which is printed.
 */
export async function startCommand(options: StartCommandOptions = {}): Promise<number> {
  const print = options.print ?? ((line) => console.log(line));
  // Whoever read what we print may be gone; the stop must still be a clean one.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const startedAt = performance.now();
  const ending = new Ending(print);
  const unwatch = await watchLauncher(() => ending.stop('npm has ended; stopping (what is stored stays)'));
  let sandbox: Sandbox | undefined;
  let demo: DemoLife | undefined;
  try {
    const asked = startOptions(process.env);
    sandbox = await createSandbox({
      ...asked,
      ...(options.onlyParts && { services: [] }),
      dir: sandboxFolder(),
      signal: ending.signal,
      onLine: print,
      onFatal: (error) => ending.end(error),
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    for (const line of closingBlock(sandbox, seconds, options.onlyParts === true)) print(line);
    if (!options.onlyParts) demo = await tryDemo(sandbox, asked, print);
    await ending.ended;
  } catch (error) {
    ending.end(error instanceof Error ? error : new Error(String(error)));
  }
  await demo?.stop();
  await sandbox?.stop();
  ending.dispose();
  unwatch();
  return exitCodeOf(ending.reason, print);
}

/** Waits for a signal or for a reason why it cannot go on. */
class Ending {
  readonly ended: Promise<void>;
  readonly #controller = new AbortController();
  readonly #print: (line: string) => void;
  readonly #onSignal = (): void => this.#handleSignal();
  #resolve: () => void = () => undefined;
  #signalledAt: number | undefined;
  /** Undefined after a signal. */
  reason: Error | undefined;

  constructor(print: (line: string) => void) {
    this.#print = print;
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(reason: Error): void {
    // What a stop breaks off is no reason of its own.
    if (this.#signalledAt === undefined) this.reason ??= reason;
    this.#controller.abort();
    this.#resolve();
  }

  /** A stop that was asked for, which needs no reason. */
  stop(line: string): void {
    if (this.#signalledAt !== undefined) return;
    this.#signalledAt = performance.now();
    this.#print(line);
    this.#controller.abort();
    this.#resolve();
  }

  dispose(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.#onSignal);
  }

  #handleSignal(): void {
    const now = performance.now();
    if (this.#signalledAt === undefined) {
      this.stop('stopping (what is stored stays)');
    } else if (now - this.#signalledAt > IMPATIENT_AFTER_MS) {
      // Everything we started is guarded and ends with us.
      process.exit(130);
    }
  }
}

function exitCodeOf(reason: Error | undefined, print: (line: string) => void): number {
  if (!reason) {
    print('stopped');
    return 0;
  }
  const isForPeople = reason instanceof SandboxError || reason instanceof InvalidEnvironment;
  print(isForPeople ? reason.message : (reason.stack ?? reason.message));
  return reason instanceof InvalidEnvironment ? EX_CONFIG : 1;
}

async function tryDemo(
  sandbox: Sandbox,
  asked: Omit<SandboxOptions, 'dir'>,
  print: (line: string) => void,
): Promise<DemoLife | undefined> {
  if (process.env['SIGNALBOX_DEMO'] === 'off') return undefined;
  if (asked.kafkaBrokers !== undefined || asked.databaseUrl !== undefined) {
    print('no demo: Kafka or Postgres is your own');
    return undefined;
  }
  try {
    return await startDemoLife(sandbox, print);
  } catch (error) {
    print(`the demo cannot run: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (url.password !== '') url.password = '***';
  return url.href;
}

function closingBlock(sandbox: Sandbox, seconds: string, onlyParts: boolean): readonly string[] {
  const { consoleUrl, apiUrl, grpcUrl, apiKey, kafkaBrokers, databaseUrl } = sandbox.runInfo;
  const folder = relative(process.cwd(), sandbox.dir) || '.';
  if (onlyParts) {
    return [
      '',
      `Kafka and Postgres are ready after ${seconds} s`,
      `  Kafka      ${kafkaBrokers}`,
      `  Postgres   ${withoutPassword(databaseUrl)} (with its password: ${folder}/run.json)`,
      '',
    ];
  }
  return [
    '',
    `Signalbox is ready after ${seconds} s`,
    `  Console        ${consoleUrl}`,
    `  API            ${apiUrl}/api`,
    `  gRPC           ${grpcUrl}`,
    `  API key        ${apiKey}`,
    `  Kafka brokers  ${kafkaBrokers}`,
    '  Publish        npm run publish -- samples/events.ndjson',
    `  Logs           ${folder}/logs (all addresses: ${folder}/run.json)`,
    '  Stop           Ctrl-C',
    '',
  ];
}
