import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { freePort, isProcessAlive, readRunInfo, repositoryRoot, waitUntil } from '../index.ts';
import { lockHolder } from '../folder/folder-lock.ts';

/** One of the scripts as a person runs it, in a process of its own. */
class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #output = '';

  constructor(script: string, args: readonly string[], env: Record<string, string> = {}, input?: string) {
    this.child = spawn(process.execPath, [join(repositoryRoot(), 'scripts', script), ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], SIGNALBOX_SANDBOX_DIR: dir, ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stdin?.end(input);
    commands.push(this);
  }

  get output(): string {
    return this.#output;
  }

  async says(text: string): Promise<void> {
    await waitUntil(`"${text}" in:\n${this.output}`, 45_000, () => this.#output.includes(text));
  }
}

let dir: string;
const commands: Command[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-commands-'));
});

afterEach(async () => {
  for (const command of commands.splice(0)) {
    command.child.kill('SIGTERM');
    await command.ended;
  }
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const startParts = async (env: Record<string, string> = {}): Promise<Command> => {
  const command = new Command('sandbox.ts', ['start'], env);
  await command.says('Kafka and Postgres are ready');
  return command;
};

async function partPids(): Promise<readonly number[]> {
  const files = ['kafka/node-1/kafka.pid', 'postgres/data/postmaster.pid'];
  const texts = await Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')));
  return texts.map((text) => Number(text.split('\n')[0]));
}

describe('npm run sandbox', () => {
  it('starts the parts, tells how they are, and ends all of it with exit code 0', async () => {
    const running = await startParts();
    const pids = await partPids();
    const status = new Command('sandbox.ts', ['status']);
    expect(await status.ended).toBe(0);
    expect(status.output).toContain(`process ${running.child.pid} runs ${dir}`);
    expect(await new Command('sandbox.ts', ['stop']).ended).toBe(0);
    expect(await running.ended).toBe(0);
    expect(pids.filter((pid) => isProcessAlive(pid))).toEqual([]);
    expect(await new Command('sandbox.ts', ['status']).ended).toBe(3);
  });

  it('says who holds the folder to a second start, and to a reset', async () => {
    const running = await startParts();
    const second = new Command('sandbox.ts', ['start']);
    expect(await second.ended).toBe(1);
    expect(second.output).toContain(`is held by process ${running.child.pid}`);
    expect(await new Command('sandbox.ts', ['reset']).ended).toBe(1);
  });

  it('takes Kafka and Postgres along when it is killed, and explains the lock that it left', async () => {
    const killed = await startParts();
    const pids = await partPids();
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await readRunInfo(dir)).toBeUndefined();
    await waitUntil('Kafka and Postgres to end', 15_000, () => !pids.some((pid) => isProcessAlive(pid)));
    const next = await startParts();
    expect(next.output).toContain(`removed a stale lock: process ${killed.child.pid} ended without stopping`);
  });

  it('stops when the npm that started it is killed, for npm does not hand that on', async () => {
    const script = join(repositoryRoot(), 'scripts', 'sandbox.ts');
    const shell = `'${process.execPath}' '${script}' start; true`;
    const npm = spawn(
      process.execPath,
      ['-e', `require('child_process').spawnSync('sh', ['-c', ${JSON.stringify(shell)}])`],
      {
        env: { PATH: process.env['PATH'], SIGNALBOX_SANDBOX_DIR: dir, npm_lifecycle_event: 'sandbox' },
      },
    );
    await waitUntil('run.json', 45_000, async () => (await readRunInfo(dir)) !== undefined);
    npm.kill('SIGKILL');
    await waitUntil('the sandbox to stop', 30_000, async () => (await lockHolder(dir)) === undefined);
    expect(await readRunInfo(dir)).toBeUndefined();
  });

  it('removes what it stored, and nothing else that lies in its folder', async () => {
    await writeFile(join(dir, 'not-ours.txt'), 'kept');
    expect(await new Command('sandbox.ts', ['reset']).ended).toBe(0);
    expect(await readdir(dir)).toEqual(['not-ours.txt']);
  });

  it('names the variable that asks for a port in use', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    const refused = new Command('sandbox.ts', ['start'], { SIGNALBOX_POSTGRES_PORT: String(port) });
    expect(await refused.ended).toBe(1);
    expect(refused.output).toContain(`Port ${port} (SIGNALBOX_POSTGRES_PORT) on 127.0.0.1 is in use`);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('npm run publish', () => {
  it('names each bad line, publishes the rest as its bytes are, and says so by the exit code', async () => {
    await startParts();
    const kafka = new kafkajs.Kafka({
      brokers: ((await readRunInfo(dir))?.kafkaBrokers ?? '').split(','),
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'auth-events', numPartitions: 1 }], waitForLeaders: true });

    const good = ['{"event":"User.Created", "data" : {"name":"Zoë"}} ', '{"zz":1,"event":"PostSignIn"}'];
    const bad = ['{"event":"User.Vanished"}', 'no json', '{"event":"User.Created","hookId":"x"}'];
    const file = join(dir, 'events.ndjson');
    await writeFile(file, [good[0], ...bad, good[1], ''].join('\n'));
    const published = new Command('publish.ts', [file, '--repeat', '2', '--tenant', 'acme']);
    expect(await published.ended).toBe(1);
    expect(published.output).toMatch(/line 2: field "event" is "User\.Vanished"/);
    expect(published.output).toMatch(/line 3: value is not JSON/);
    expect(published.output).toMatch(/line 4: field "hookId" is set by the sender/);
    expect(published.output).toMatch(/published 4 events to auth-events/);

    const fromInput = new Command('publish.ts', ['-'], {}, `${good[0]}\n`);
    expect(await fromInput.ended).toBe(0);

    const records = await readAll(kafka, 5);
    expect(records.map((record) => record.value)).toEqual([good[0], good[1], good[0], good[1], good[0]]);
    expect(records.map((record) => record.tenant)).toEqual(['acme', 'acme', 'acme', 'acme', undefined]);

    const unreadable = new Command('publish.ts', ['/proc/self/mem']);
    expect(await unreadable.ended).toBe(1);

    const slow = new Command('publish.ts', [file, '--rate', '0.01']);
    const isOnTheLog = async (): Promise<boolean> => (await admin.fetchTopicOffsets('auth-events'))[0]?.high === '6';
    await waitUntil('the first of two events', 20_000, isOnTheLog);
    slow.child.kill('SIGINT');
    expect(await slow.ended).toBe(130);
    expect(slow.output).toContain('stopped: 1 events were published to auth-events');
    await admin.disconnect();
  });

  it('refuses wrong options, and a Kafka that is not there, without a stack trace', async () => {
    const wrong = new Command('publish.ts', ['x.ndjson', '--rate', 'fast']);
    expect(await wrong.ended).toBe(2);
    expect(wrong.output).toContain('--rate must be a number above 0');
    const samples = join(repositoryRoot(), 'samples');
    const nothingRuns = new Command('publish.ts', [join(samples, 'events.ndjson')]);
    expect(await nothingRuns.ended).toBe(1);
    expect(nothingRuns.output).toContain('No sandbox runs in');
    const aFolder = new Command('publish.ts', [samples]);
    expect(await aFolder.ended).toBe(1);
    expect(aFolder.output).toContain('is a folder');

    const brokers = `127.0.0.1:${await freePort()}`;
    const away = new Command('publish.ts', [join(samples, 'events.ndjson')], { KAFKA_BROKERS: brokers });
    expect(await away.ended).toBe(1);
    expect(away.output).toMatch(new RegExp(`^Kafka at ${brokers} cannot be used: .*ECONNREFUSED.*\n$`));
    const limit = { KAFKA_BROKERS: brokers, MAX_EVENT_BYTES: '256k' };
    const noNumber = new Command('publish.ts', [join(samples, 'events.ndjson')], limit);
    expect(await noNumber.ended).toBe(78);
    expect(noNumber.output).toContain('MAX_EVENT_BYTES');
  });
});

interface ReadRecord {
  readonly value: string | undefined;
  readonly tenant: string | undefined;
}

async function readAll(kafka: InstanceType<typeof kafkajs.Kafka>, count: number): Promise<readonly ReadRecord[]> {
  const consumer = kafka.consumer({ groupId: 'publish-spec', maxWaitTimeInMs: 100 });
  const records: ReadRecord[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: 'auth-events', fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      records.push({ value: message.value?.toString(), tenant: message.headers?.['tenant-id']?.toString() });
      return Promise.resolve();
    },
  });
  await waitUntil(`${count} records`, 20_000, () => records.length >= count);
  await consumer.disconnect();
  return records;
}
