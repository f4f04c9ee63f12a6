import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../process/free-ports.ts';
import { spawnGuarded } from '../process/guarded-process.ts';
import { isProcessAlive } from '../process/other-process.ts';
import { startKafka, type RunningKafka } from './start-kafka.ts';

let dir: string;
let kafka: RunningKafka | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-kafka-folder-'));
});
afterAll(async () => {
  await kafka?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** What looks like the broker of a run that was killed: it holds the port, and the folder says so. */
async function anOrphan(port: number): Promise<number> {
  const node = join(dir, 'node-1');
  await mkdir(node, { recursive: true });
  const code = `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('listens'))`;
  const orphan = await spawnGuarded({ command: process.execPath, args: ['-e', code, join(node, 'server.properties')] });
  await new Promise((resolve) => orphan.stdout?.once('data', resolve));
  await writeFile(join(node, 'kafka.pid'), String(orphan.pid));
  return orphan.pid;
}

describe('a Kafka', () => {
  it('starts with an id that begins with a dash, on the port that a broker of a killed run still holds', async () => {
    const [port = 0, controllerPort = 0] = await freePorts(2);
    const cluster = { clusterId: '-9WOCOxPTdaJsOyUsWuT8Q', ports: [port], controllerPorts: [controllerPort] };
    await writeFile(join(dir, 'cluster.json'), JSON.stringify(cluster));
    const orphan = await anOrphan(port);
    const lines: string[] = [];
    kafka = await startKafka({ dir, onProgress: (line) => lines.push(line) });
    expect(kafka.bootstrap).toBe(`127.0.0.1:${port}`);
    expect(lines).toContain(`ended Kafka process ${orphan}, left behind by an earlier run`);
    expect(await readFile(join(dir, 'node-1', 'data', 'meta.properties'), 'utf8')).toContain(cluster.clusterId);
  }, 60_000);

  it('stays down when it is stopped while it starts', async () => {
    const [node] = kafka?.nodes ?? [];
    if (!node) throw new Error('There is no node');
    await node.kill();
    const started = node.start().catch((error: unknown) => String(error));
    await node.stop();
    expect(node.isAlive).toBe(false);
    expect(await started).toMatch(/stopped|ended/);
    expect(isProcessAlive(node.pid)).toBe(false);
  }, 60_000);
});
