/**
 * `npm run try:kcat`: publishes with kcat, which is librdkafka and shares no code with us: CloudEvents in binary and in
 * structured mode, each codec, and events that are put aside; and reads with it what became of them. Without kcat it exits
 * with 2: what was not tried is not shown.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

await import('./build.ts');
const { createSandbox } = await import('@signalbox/sandbox');

/** Between records: headers hold line feeds. */
const END = '<the end of a record>';
const WITHIN_MS = 20_000;
const STRUCTURED = 'content-type=application/cloudevents+json';
const attributes = '"specversion":"1.0","source":"/kcat","type":"User.Created"';

interface Published {
  readonly what: string;
  readonly args: readonly string[];
  readonly value: string;
  /** In what is delivered, or in the dead letter. */
  readonly patterns: readonly RegExp[];
  readonly isPutAside?: true;
}

const published: readonly Published[] = [
  {
    what: 'CloudEvents in binary mode',
    args: ['ce_specversion=1.0', 'ce_id=b1', 'ce_source=/kcat', 'ce_type=User.Created'].flatMap((h) => ['-H', h]),
    value: '{"userId":"binary"}',
    patterns: [/\{"userId":"binary","hookId":"\w+"\}/, /User\.Created/, /\/kcat b1/],
  },
  {
    what: 'CloudEvents in structured mode',
    args: ['-H', STRUCTURED],
    value: `{${attributes},"id":"s1","data":{ "userId" : "structured" }}`,
    patterns: [/\{ "userId" : "structured" ,"hookId":"\w+"\}/, /\/kcat s1/],
  },
  ...['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((codec): Published => {
    const padding = 'again and '.repeat(200);
    const value = `{"event":"User.Created","codec":"${codec}","padding":"${padding}"}`;
    return {
      what: `compression by ${codec}`,
      args: ['-z', codec],
      value,
      patterns: [new RegExp(`"codec":"${codec}"`)],
    };
  }),
  {
    what: 'a structured event without data is put aside',
    args: ['-H', STRUCTURED],
    value: `{${attributes},"id":"s2"}`,
    patterns: [/bad-cloud-event/, /neither \\"data\\" nor \\"data_base64\\"/],
    isPutAside: true,
  },
];

function kcat(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('kcat', args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

async function tryAll(): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-kcat-'));
  const sandbox = await createSandbox({ dir, services: ['monitoring', 'config-service', 'dispatcher-router'] });
  let failures = 0;
  try {
    const { apiUrl, apiKey, kafkaBrokers, topics } = sandbox.runInfo;
    const created = await fetch(`${apiUrl}/api/hooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events: ['User.Created'], config: { url: 'http://127.0.0.1:8080/' } }),
    });
    if (created.status !== 201) throw new Error(`the webhook was not created: ${await created.text()}`);
    const broker = ['-b', kafkaBrokers];
    const lines = (topic: string): string[] =>
      kcat([...broker, '-C', '-t', topic, '-e', '-q', '-f', `%h %s${END}`]).split(END);
    // Until the router knows the webhook, events become no deliveries.
    const warmUp = '{"event":"User.Created","warm":"up"}';
    await until(() => {
      kcat([...broker, '-P', '-t', topics.authEvents[0] ?? ''], warmUp);
      return lines(topics.deliveries).some((line) => line.includes('"warm":"up"'));
    });
    for (const { what, args, value, patterns, isPutAside } of published) {
      kcat([...broker, '-P', '-t', topics.authEvents[0] ?? '', ...args], value);
      const topic = isPutAside ? topics.deadLetters : topics.deliveries;
      const isThere = await until(() => lines(topic).some((line) => patterns.every((pattern) => pattern.test(line))));
      console.log(`${isThere ? 'ok  ' : 'FAIL'} ${what}`);
      if (!isThere) failures++;
    }
  } finally {
    await sandbox.stop();
    await rm(dir, { recursive: true, force: true });
  }
  return failures;
}

async function until(isSo: () => boolean): Promise<boolean> {
  for (const endsAtMs = Date.now() + WITHIN_MS; Date.now() < endsAtMs; await delay(200)) if (isSo()) return true;
  return false;
}

if (spawnSync('kcat', ['-V']).status === 0) process.exitCode = (await tryAll()) === 0 ? 0 : 1;
else {
  console.error('try:kcat: nothing was tried, as kcat is not on this machine. Install it: apt-get install kcat');
  console.error('(Debian, Ubuntu), brew install kcat (macOS), or https://github.com/edenhill/kcat.');
  process.exitCode = 2;
}
