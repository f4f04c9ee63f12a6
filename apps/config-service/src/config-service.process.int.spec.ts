import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicSpecs } from '@signalbox/contracts';
import { ensureTopics } from '@signalbox/kafka';
import { TcpProxy, startTestBackends, waitFor } from '@signalbox/testing';
import type { TestBackends } from '@signalbox/testing';
import { FollowedWebhooks } from './testing/followed-webhooks.ts';
import { statusOf } from './testing/raw-request.ts';
import type { ServiceProcess } from './testing/service-process.ts';
import { readyLine, runProcess } from './testing/service-process.ts';

let backends: TestBackends;
let consoleDir: string;
let env: Record<string, string>;
let running: ServiceProcess | undefined;
beforeAll(async () => {
  backends = await startTestBackends();
  consoleDir = await mkdtemp(join(tmpdir(), 'console-'));
  await mkdir(join(consoleDir, 'assets'));
  await writeFile(join(consoleDir, 'index.html'), '<title>console</title>');
  await writeFile(join(consoleDir, 'assets', 'app-0a1b2c3d.js'), 'run()');
  await writeFile(join(consoleDir, '.hidden'), 'no');
  env = {
    KAFKA_BROKERS: backends.kafkaBrokers,
    TOPIC_PREFIX: backends.topicPrefix,
    DATABASE_URL: backends.databaseUrl,
    BOOTSTRAP_API_KEY: 'a-long-enough-key-0123456789-abcdef',
    SECRETS_KEYRING: `k1=${Buffer.alloc(32, 1).toString('base64')}`,
    INTERNAL_IDENTITY_KEY: Buffer.alloc(32, 2).toString('base64'),
    MONITORING_URL: 'http://127.0.0.1:1',
    MONITORING_GRPC_URL: '127.0.0.1:1',
    DISPATCHER_GRPC_URL: '127.0.0.1:1',
    CONSOLE_DIR: consoleDir,
  };
});
afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.exit;
});
afterAll(async () => {
  await backends?.stop();
  await rm(consoleDir, { recursive: true, force: true });
});

describe('the process', () => {
  it('names every fault of its environment and exits 78', async () => {
    running = runProcess('main.js', {
      ...env,
      OPS_PORT: 'x',
      SECRETS_KEYRING: 'k1=c2hvcnQ=',
      EGRESS_ALLOW: 'nonsense,rubbish',
      BOOTSTRAP_API_KEY: 'of-only-thirty-one-characters-0',
    });
    expect(await running.exit).toBe(78);
    expect(running.output()).toContain('OPS_PORT: is not a whole number');
    expect(running.output()).toContain('SECRETS_KEYRING: entry 1 (k1) must be base64 of exactly 32 bytes');
    expect(running.output()).toMatch(/EGRESS_ALLOW: "nonsense" is no range.*; "rubbish" is no range/);
    expect(running.output()).toContain('BOOTSTRAP_API_KEY: is too short; expected at least 32');
    expect(running.output()).not.toContain('c2hvcnQ=');
  });

  it('exits 1 with the reason when the database was not migrated', async () => {
    running = runProcess('main.js', env);
    expect(await running.exit).toBe(1);
    expect(running.output()).toContain('lacks migrations of this version');
  });

  it('migrates, says where it listens, serves the console, and stops cleanly on SIGTERM', async () => {
    const migration = runProcess('migrate.js', env);
    expect(await migration.exit).toBe(0);
    running = runProcess('main.js', env);
    const ready = await readyLine(running);
    expect(ready).toMatchObject({ service: 'config-service', msg: 'service.ready' });

    const get = async (path: string): Promise<Response> => fetch(`${ready['http_url']}${path}`);
    for (const path of ['/', '/webhooks/abc']) expect(await (await get(path)).text()).toBe('<title>console</title>');
    const asset = await get('/assets/app-0a1b2c3d.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-type')).toContain('javascript');
    for (const path of ['/assets/none.js', '/.hidden', '/%2e%2e/%2e%2e/etc/passwd', '/..%2fmain.js']) {
      expect([path, await statusOf(ready['http_url'] ?? '', path)]).toEqual([path, 404]);
    }
    expect((await get('/api')).status).toBe(401);
    for (const path of ['/metrics', '/health/live', '/health/ready']) {
      expect((await fetch(`${ready['ops_url']}${path}`)).status).toBe(200);
    }
    expect(ready['grpc_url']).toMatch(/^127\.0\.0\.1:\d+$/);

    running.child.kill('SIGTERM');
    expect(await running.exit).toBe(0);
  });

  it('ends on SIGTERM while a caller takes its time, and answers one who is quick', async () => {
    running = runProcess('main.js', env);
    const ready = await readyLine(running);
    const head = `POST /api/hooks HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${env['BOOTSTRAP_API_KEY']}\r\n`;
    const rest = `content-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n{`;
    const [slow, quick] = [await openedTo(ready['http_url']), await openedTo(ready['http_url'])];
    const answered = new Map([slow, quick].map((socket) => [socket, '']));
    for (const socket of [slow, quick]) {
      socket.on('data', (data: Buffer) => answered.set(socket, `${answered.get(socket)}${data.toString()}`));
      socket.write(head + rest);
      await waitFor(() => answered.get(socket)?.startsWith('HTTP/1.1 100'), { what: 'the request to be under way' });
    }
    const { child, exit } = running;
    child.kill('SIGTERM');
    await waitFor(async () => refusesConnections(ready['http_url']), { what: 'nothing new to be taken' });
    quick.write('}');
    await waitFor(() => answered.get(quick)?.includes('HTTP/1.1 400'), { what: 'the answer of what was under way' });
    expect(await exit).toBe(0);
    slow.destroy();
    quick.destroy();
  });

  it('ends on SIGTERM within its deadline though Postgres has vanished', async () => {
    const proxy = await TcpProxy.start(backends.databaseUrl);
    running = runProcess('main.js', { ...env, DATABASE_URL: proxy.inFrontOf(backends.databaseUrl) });
    const ready = await readyLine(running);
    proxy.freeze();
    const asked = fetch(`${ready['http_url']}/api/me`, { headers: { authorization: 'Bearer some-key' } });
    asked.catch(() => undefined);
    const signalledAtMs = Date.now();
    running.child.kill('SIGTERM');
    await running.exit;
    expect(Date.now() - signalledAtMs).toBeLessThan(12_000);
    await proxy.close();
  });

  it('goes on without Kafka, shows the lag, stops as cleanly, and brings all in order when Kafka is back', async () => {
    const { kafkaBrokers, topics, layout } = backends;
    await ensureTopics({ brokers: kafkaBrokers.split(','), clientId: 'test' }, topicSpecs(topics, layout));
    running = runProcess('main.js', { ...env, KAFKA_BROKERS: '127.0.0.1:1' });
    const away = await readyLine(running);
    const send = async (method: string, path: string, body: unknown): Promise<{ readonly id: string }> => {
      const headers = { authorization: `Bearer ${env['BOOTSTRAP_API_KEY']}`, 'content-type': 'application/json' };
      const response = await fetch(`${away['http_url']}${path}`, { method, headers, body: JSON.stringify(body) });
      expect(response.ok).toBe(true);
      return (await response.json()) as { readonly id: string };
    };
    const { id } = await send('POST', '/api/hooks', {
      name: 'made',
      events: ['PostSignIn'],
      config: { url: 'https://93.184.215.14/' },
    });
    await send('PATCH', `/api/hooks/${id}`, { name: 'changed' });
    const metrics = await (await fetch(`${away['ops_url']}/metrics`)).text();
    expect(metrics).toMatch(/^signalbox_config_service_outbox_waiting_records 2$/m);
    expect((await fetch(`${away['ops_url']}/health/ready`)).status).toBe(200);
    running.child.kill('SIGTERM');
    expect(await running.exit).toBe(0);

    const topic = await FollowedWebhooks.start(backends);
    running = runProcess('main.js', env);
    await waitFor(() => topic.of(id).length === 2, { what: 'both changes on the topic', timeoutMs: 30_000 });
    expect(topic.of(id)).toMatchObject([
      { name: 'made', version: 1 },
      { name: 'changed', version: 2 },
    ]);
    await topic.stop();
  });
});

async function openedTo(url = ''): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function refusesConnections(url: string | undefined): Promise<boolean> {
  return openedTo(url).then(
    (socket) => {
      socket.destroy();
      return false;
    },
    () => true,
  );
}
