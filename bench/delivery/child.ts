import { fork, type ChildProcess } from 'node:child_process';

/** What a child process offers: one argument, which is copied on its way, and an answer. */
type Calls<T> = { readonly [Name in keyof T]: (input: never) => unknown };
type Input<Call> = Call extends (input: infer Given) => unknown ? Given : never;
type Answer<Call> = Call extends (input: never) => infer Given ? Awaited<Given> : never;

interface Asked {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}
type Answered = { readonly id: number } & ({ readonly answer: unknown } | { readonly error: string });

/** A process of its own that answers calls, so that its CPU is not that of whoever measures. */
export class Child<T extends Calls<T>> {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #isWanted = true;

  constructor(script: string) {
    this.#process = fork(script);
    this.#process.on('message', (message) => this.#settle(message as Answered));
    this.#process.once('exit', (code, signal) => {
      if (!this.#isWanted) return;
      const ended = new Error(`${script} ended (${signal ?? `exit code ${code}`})`);
      for (const { reject } of this.#waiting.values()) reject(ended);
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  call<Name extends keyof T & string>(name: Name, input: Input<T[Name]>): Promise<Answer<T[Name]>> {
    const waiting = Promise.withResolvers<unknown>();
    const asked: Asked = { id: ++this.#lastId, name, input };
    this.#waiting.set(asked.id, waiting);
    this.#process.send(asked, (error) => {
      if (error) waiting.reject(error);
    });
    return waiting.promise as Promise<Answer<T[Name]>>;
  }

  stop(): void {
    this.#isWanted = false;
    if (this.#process.connected) this.#process.disconnect();
  }

  #settle(message: Answered): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.answer);
  }
}

/** The child's side: answers until whoever started it is gone. */
export function serveCalls<T extends Calls<T>>(calls: T): void {
  // Ctrl-C in a terminal reaches all processes; the order of the stop is the parent's.
  process.on('SIGINT', () => undefined);
  process.once('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    const { id, name, input } = message as Asked;
    const answer = (answered: Answered): void => void process.send?.(answered);
    const call = calls[name as keyof T] as unknown as (given: unknown) => unknown;
    new Promise((resolve) => resolve(call(input))).then(
      (given) => answer({ id, answer: given }),
      (error: unknown) =>
        answer({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
