import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { rowsOf } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
import { FollowedWebhooks } from './testing/followed-webhooks.ts';
import { holdRelay } from './testing/held-relay.ts';
import { RunningConfigService } from './testing/running-config-service.ts';
import type { ServiceProcess } from './testing/service-process.ts';
import { readyLine, runProcess } from './testing/service-process.ts';

/** Its database and topics; the service itself runs as a process, to be killed. */
let service: RunningConfigService;
let topic: FollowedWebhooks;
let running: ServiceProcess | undefined;
let url = '';
beforeAll(async () => {
  service = await RunningConfigService.start();
  await service.pause();
  topic = await FollowedWebhooks.start(service.backends);
});
afterAll(async () => {
  await topic?.stop();
  await service?.stop();
});
afterEach(async () => killed());

async function started(): Promise<void> {
  running = runProcess('main.js', { ...service.environment(), LOG_LEVEL: 'warn' });
  url = (await readyLine(running))['http_url'] ?? '';
}

/** kill -9. */
async function killed(): Promise<void> {
  running?.child.kill('SIGKILL');
  await running?.exit;
}

/** The webhook as it was answered; undefined where the call got no answer of 2xx. */
async function send(method: string, path: string, body: unknown): Promise<{ readonly id: string } | undefined> {
  const headers = { authorization: `Bearer ${service.apiKey}`, 'content-type': 'application/json' };
  try {
    const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as { readonly id: string };
    return response.ok ? answer : undefined;
  } catch {
    return undefined;
  }
}

const create = async (): Promise<string> => {
  const webhook = { events: ['PostSignIn'], config: { url: 'http://127.0.0.1:8099/hook' } };
  return (await send('POST', '/api/hooks', webhook))?.id ?? '';
};
const unpublished = async (): Promise<number> =>
  (await rowsOf(service.dataSource, 'SELECT 1 FROM outbox WHERE position IS NULL')).length;
const versionsOf = (id: string): readonly number[] => [...new Set(topic.of(id).map(({ version }) => version))];

describe('kill -9', () => {
  it('between commit and publish loses nothing: all is on the topic after the next start, in order', async () => {
    await started();
    const release = await holdRelay(service.dataSource);
    const id = await create();
    for (const name of ['a', 'b', 'c']) expect(await send('PATCH', `/api/hooks/${id}`, { name })).toMatchObject({ id });
    expect([await unpublished(), topic.of(id)]).toEqual([4, []]);
    await killed();
    await release();
    await started();
    await waitFor(() => topic.of(id).length === 4, { what: 'what was committed', timeoutMs: 30_000 });
    expect(topic.of(id).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(topic.of(id).at(-1)).toMatchObject({ name: 'c' });
  });

  it('again and again in the middle of changes loses no change that was answered, and mixes up no order', async () => {
    await started();
    const ids = await Promise.all(Array.from({ length: 4 }, create));
    const answered = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
    for (let round = 0; round < 3; round++) {
      const killing = new AbortController();
      const writing = ids.map(async (id) => {
        while (!killing.signal.aborted) {
          const name = randomBytes(8).toString('hex');
          if ((await send('PATCH', `/api/hooks/${id}`, { name })) !== undefined) answered.get(id)?.add(name);
        }
      });
      const before = [...answered.values()].reduce((sum, names) => sum + names.size, 0);
      await waitFor(() => [...answered.values()].reduce((sum, names) => sum + names.size, 0) > before + 40, {
        what: 'changes under way',
        everyMs: 1,
        timeoutMs: 30_000,
      });
      await killed();
      killing.abort();
      await Promise.all(writing);
      await started();
    }
    await waitFor(async () => (await unpublished()) === 0, { what: 'all to be published', timeoutMs: 30_000 });
    for (const id of ids) {
      const [row] = await rowsOf<{ version: number }>(service.dataSource, 'SELECT version FROM webhook WHERE id = $1', [
        id,
      ]);
      await waitFor(() => versionsOf(id).at(-1) === row?.version, { what: `version ${row?.version} on the topic` });
      // A record may come twice, never an older one for the first time behind a newer one.
      expect(versionsOf(id)).toEqual(Array.from({ length: row?.version ?? 0 }, (_, index) => index + 1));
      const told = new Set(topic.of(id).map((record) => (record.deleted ? '' : record.name)));
      expect([...(answered.get(id) ?? [])].filter((name) => !told.has(name))).toEqual([]);
    }
  }, 120_000);
});
