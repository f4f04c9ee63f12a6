import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox, readRunInfo, waitUntil, isProcessAlive, type RunInfo, type Sandbox } from '../index.ts';
import { lockHolder } from '../folder/folder-lock.ts';
import { writeRunInfo } from '../folder/run-info.ts';
import { spawnGuarded } from '../process/guarded-process.ts';

/** Listens nowhere, but does all that the supervisor sees of a service. Ends by itself where its name is in FAIL. */
const FAKE_SERVICE = `
const name = process.argv[1].includes('dispatcher') ? process.env.DISPATCHER_ROLES : 'service';
if (process.env.FAKE_FAULT) { console.error('The environment is invalid:\\n  X: is missing'); process.exit(78); }
const url = 'http://127.0.0.1:' + process.env.OPS_PORT;
const http = process.env.HTTP_PORT && 'http://127.0.0.1:' + process.env.HTTP_PORT;
const grpc = process.env.GRPC_PORT && '127.0.0.1:' + process.env.GRPC_PORT;
process.on('SIGTERM', () => { console.log(JSON.stringify({ level: 'info', msg: 'stopped' })); process.exit(0); });
setInterval(() => {}, 1000);
console.log(JSON.stringify({ level: 'warn', msg: 'fake.warned', roles: name }));
console.log(JSON.stringify({ level: 'info', msg: 'service.ready', ops_url: url, http_url: http, grpc_url: grpc }));
`;

const lines: string[] = [];
let dir: string;
let appsDir: string;
let sandbox: Sandbox;

const start = (overrides: { env?: Record<string, string> } = {}): Promise<Sandbox> =>
  createSandbox({ dir, appsDir, onLine: (line) => lines.push(line), ...overrides });

async function runFile(): Promise<RunInfo> {
  const info = await readRunInfo(dir);
  if (!info) throw new Error('There is no run.json');
  return info;
}

const processOf = (info: RunInfo, name: string) => info.processes.find((process) => process.name === name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-sandbox-'));
  appsDir = join(dir, 'apps');
  for (const app of ['config-service', 'monitoring', 'dispatcher']) {
    await mkdir(join(appsDir, app, 'dist'), { recursive: true });
    await writeFile(join(appsDir, app, 'dist', 'main.js'), FAKE_SERVICE);
  }
  sandbox = await start();
}, 120_000);

afterAll(async () => {
  await sandbox?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('a sandbox', () => {
  it('writes where everything is when all services are ready', async () => {
    const info = await runFile();
    expect(info.processes.map((process) => process.name).toSorted()).toEqual([
      'config-service',
      'dispatcher-router',
      'dispatcher-scheduler',
      'dispatcher-sender',
      'monitoring',
    ]);
    expect(info.processes.every((process) => isProcessAlive(process.pid))).toBe(true);
    expect(info.topics.deliveries).toBe('signalbox.deliveries');
    expect(info.apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(info).toEqual(sandbox.runInfo);
  });

  it('starts a service that was killed from outside again, and says so in one line', async () => {
    const before = processOf(await runFile(), 'dispatcher-sender');
    if (!before) throw new Error('No sender is running');
    process.kill(before.pid, 'SIGKILL');
    const isGone = async (): Promise<boolean> => processOf(await runFile(), 'dispatcher-sender') === undefined;
    await waitUntil('the dead sender to be gone from run.json', 5_000, isGone, 5);
    const after = await waitUntil('a new sender in run.json', 10_000, async () => {
      const now = processOf(await runFile(), 'dispatcher-sender');
      return now && now.pid !== before.pid ? now : undefined;
    });
    expect(isProcessAlive(after.pid)).toBe(true);
    expect(after.opsUrl).toBe(before.opsUrl);
    expect(lines.filter((line) => line.includes('starting it again'))).toEqual([
      'dispatcher-sender ended (by SIGKILL); starting it again in 0.25 s',
    ]);
  });

  it('leaves a service down that it was told to kill, until it is told to start it', async () => {
    await sandbox.killService('dispatcher-router');
    expect(processOf(await runFile(), 'dispatcher-router')).toBeUndefined();
    await sandbox.startService('dispatcher-router');
    expect(processOf(await runFile(), 'dispatcher-router')).toBeDefined();
  });

  it('says that run.json cannot be written, and goes on', async () => {
    const file = join(dir, 'run.json');
    await rm(file);
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    await sandbox.killService('dispatcher-scheduler');
    expect(lines.filter((line) => line.startsWith('run.json could not be written: '))).toHaveLength(1);
    await rm(file, { recursive: true });
    await sandbox.startService('dispatcher-scheduler');
    expect(await runFile()).toEqual(sandbox.runInfo);
  });

  it('shows the warnings of its services and keeps all of their lines in a file', async () => {
    expect(lines).toContain('dispatcher-router warn: fake.warned');
    expect(await readFile(join(dir, 'logs', 'dispatcher-router.log'), 'utf8')).toContain('"roles":"router"');
  });

  it('refuses a second one in the same folder, naming the process that holds it', async () => {
    await expect(start()).rejects.toThrow(new RegExp(`is held by process ${process.pid} `));
  });

  it('stops everything, removes run.json, and comes back with the same ports, key and data', async () => {
    const before = await runFile();
    const pids = [...before.processes.map((process) => process.pid), sandbox.kafka?.nodes[0]?.pid ?? 0];
    await sandbox.stop();
    expect(pids.filter((pid) => isProcessAlive(pid))).toEqual([]);
    expect(await readRunInfo(dir)).toBeUndefined();

    const main = join(appsDir, 'monitoring', 'dist', 'main.js');
    const orphan = await spawnGuarded({ command: process.execPath, args: [main] });
    await writeRunInfo(dir, { ...before, processes: [{ name: 'monitoring', pid: orphan.pid, opsUrl: '' }] });
    expect(await readRunInfo(dir)).toBeUndefined();
    sandbox = await start();
    expect(orphan.isAlive()).toBe(false);
    expect(lines).toContain(`ended monitoring (pid ${orphan.pid}), left behind by an earlier run`);
    const { processes: _, ...after } = await runFile();
    const { processes: __, ...expected } = before;
    expect(after).toEqual(expected);
  }, 60_000);

  it('ends with what a service said when that cannot start, and leaves nothing running', async () => {
    await sandbox.stop();
    await expect(start({ env: { FAKE_FAULT: '1' } })).rejects.toThrow(/cannot start: exit code 78[^]*X: is missing/);
    expect(await lockHolder(dir)).toBeUndefined();
  }, 60_000);
});
