import { appliedOffsets, type Sandbox } from '@signalbox/sandbox';
import { setTimeout as sleep } from 'node:timers/promises';
import { usageOf } from '../measure/process-usage.ts';
import { RestClient, repeat } from './rest-client.ts';
import type { ConfigOptions } from './options.ts';

export interface ConfigFigures {
  readonly createdPerSecond: number;
  /** Of config-service, for each `GET /api/hooks/:id`. */
  readonly readCpuUs: number;
  readonly readsPerSecond: number;
  /** Of a page of 100 with stats, ascending. */
  readonly listMs: readonly number[];
  /** From the 2xx of a change until router and sender have applied it, ascending. */
  readonly inEffectMs: readonly number[];
}

const CONNECTIONS = 4;
const IN_EFFECT_WITHIN_MS = 30_000;

/** Measures one after the other on a sandbox whose services all run. */
export async function measureConfig(
  sandbox: Sandbox,
  options: ConfigOptions,
  onLine: (line: string) => void,
): Promise<ConfigFigures> {
  const { apiUrl, apiKey } = sandbox.runInfo;
  const client = new RestClient(apiUrl, apiKey);
  onLine(`creating ${options.webhooks} webhooks over REST`);
  const ids: string[] = [];
  const createdInMs = await timed(() =>
    repeat(options.webhooks, CONNECTIONS, async (index) => {
      const { body } = await client.call('POST', '/api/hooks', {
        name: `bench ${index}`,
        events: ['PostSignIn'],
        config: { url: `http://127.0.0.1:8099/${index}`, headers: { 'x-api-key': `secret ${index}` } },
      });
      ids.push((body as { readonly id: string }).id);
    }),
  );
  await applied(sandbox, await settled(sandbox));
  onLine(`reading one webhook ${options.reads} times`);
  const reading = await measureReads(sandbox, client, ids, options);
  onLine(`reading ${options.lists} pages of 100 with stats`);
  const listMs = await measureLists(client, options);
  onLine(`changing a webhook ${options.changes} times`);
  const inEffectMs = await measureChanges(sandbox, client, ids, options.changes);
  return { createdPerSecond: options.webhooks / (createdInMs / 1_000), ...reading, listMs, inEffectMs };
}

async function measureReads(
  sandbox: Sandbox,
  client: RestClient,
  ids: readonly string[],
  { reads, isProfiled }: ConfigOptions,
): Promise<Pick<ConfigFigures, 'readCpuUs' | 'readsPerSecond'>> {
  const read = async (index: number): Promise<unknown> => client.call('GET', `/api/hooks/${ids[index % ids.length]}`);
  const pid = (): number | undefined => sandbox.pidOf('config-service');
  const cpuSeconds = (): number => usageOf([{ name: 'config-service', pid }]).get('config-service')?.cpuSeconds ?? 0;
  const signalProfile = (): void => {
    const id = pid();
    if (isProfiled && id !== undefined) process.kill(id, 'SIGUSR2');
  };
  await repeat(3_000, CONNECTIONS, read);
  signalProfile();
  const before = cpuSeconds();
  const tookMs = await timed(() => repeat(reads, CONNECTIONS, read));
  const after = cpuSeconds();
  signalProfile();
  return { readCpuUs: ((after - before) * 1e6) / reads, readsPerSecond: reads / (tookMs / 1_000) };
}

async function measureLists(client: RestClient, { lists, webhooks }: ConfigOptions): Promise<readonly number[]> {
  const pages = Math.floor(webhooks / 100);
  const times: number[] = [];
  const warmUp = 30;
  for (let index = -warmUp; index < lists; index++) {
    const page = 1 + ((index + warmUp) % pages);
    const { body, warning, tookMs } = await client.call(
      'GET',
      `/api/hooks?page=${page}&page_size=100&includeExecutionStats=true`,
    );
    if (index < 0) continue;
    const counted = (body as { readonly executionStats?: unknown }[]).filter(({ executionStats }) => executionStats);
    // On a machine that is busy with else the stats may be late; such an answer is no measurement of a list with stats.
    if (warning === undefined && counted.length === 100) times.push(tookMs);
  }
  if (times.length < lists * 0.9) throw new Error(`only ${times.length} of ${lists} lists came with their stats`);
  return times.toSorted((one, other) => one - other);
}

async function measureChanges(
  sandbox: Sandbox,
  client: RestClient,
  ids: readonly string[],
  changes: number,
): Promise<readonly number[]> {
  const times: number[] = [];
  let offset = await settled(sandbox);
  for (let index = 0; index < changes; index++) {
    const id = ids[(index * 37) % ids.length];
    await client.call('PATCH', `/api/hooks/${id}`, { name: `changed ${index} ${performance.now()}` });
    const answeredAt = performance.now();
    offset = await applied(sandbox, offset + 1);
    times.push(performance.now() - answeredAt);
  }
  return times.toSorted((one, other) => one - other);
}

/** Waits until every reader has applied `offset` or a later one, and answers the highest. */
async function applied(sandbox: Sandbox, offset: number): Promise<number> {
  const deadline = performance.now() + IN_EFFECT_WITHIN_MS;
  for (;;) {
    const offsets = await appliedOffsets(sandbox.runInfo);
    if (offsets.every((one) => one >= offset)) return Math.max(...offsets);
    if (performance.now() > deadline)
      throw new Error(`not applied within ${IN_EFFECT_WITHIN_MS} ms: ${offsets.join()}`);
    await sleep(1);
  }
}

/** The offset that all readers have applied when nothing new has come for a second. */
async function settled(sandbox: Sandbox): Promise<number> {
  for (let last = -2; ;) {
    const offsets = await appliedOffsets(sandbox.runInfo);
    const highest = Math.max(...offsets);
    if (highest === last && offsets.every((one) => one === highest)) return highest;
    last = highest;
    await sleep(1_000);
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
