export interface TimedAnswer {
  readonly body: unknown;
  readonly warning: string | undefined;
  readonly tookMs: number;
}

/** Calls over connections that `fetch` keeps. */
export class RestClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  }

  /** @throws Error with the answer when it is no 2xx */
  async call(method: 'GET' | 'POST' | 'PATCH', path: string, input?: object): Promise<TimedAnswer> {
    const startedAt = performance.now();
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: this.#headers,
      ...(input !== undefined && { body: JSON.stringify(input) }),
    });
    const text = await response.text();
    const tookMs = performance.now() - startedAt;
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return { body: JSON.parse(text) as unknown, warning: response.headers.get('warning') ?? undefined, tookMs };
  }
}

/** Runs `work` for each number below `count`, `concurrency` of them at once. */
export async function repeat(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
