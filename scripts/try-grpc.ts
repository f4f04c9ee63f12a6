/**
 * `npm run try:grpc`: calls a config-service with grpcurl, a program that shares no code with it. grpcurl is built by Go
 * through its module proxy, once; without Go nothing is tried.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = '1.9.3';
const SERVICE = 'signalbox.config.v1.Webhooks';

await import('./build.ts');
const { cacheFolder, createSandbox } = await import('@signalbox/sandbox');

interface Said {
  readonly status: number | null;
  readonly text: string;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Said {
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
  return { status, text: `${stdout ?? ''}${stderr ?? ''}` };
}

function builtGrpcurl(): string {
  const folder = join(cacheFolder(), `grpcurl-${VERSION}`);
  const binary = join(folder, 'grpcurl');
  if (existsSync(binary)) return binary;
  console.log(`building grpcurl ${VERSION}`);
  const built = run('go', ['install', `github.com/fullstorydev/grpcurl/cmd/grpcurl@v${VERSION}`], {
    ...process.env,
    GOBIN: folder,
  });
  if (built.status !== 0) throw new Error(`grpcurl could not be built: ${built.text}`);
  return binary;
}

/** grpcurl prints details whose types it does not know as base64: the texts in them are put behind. */
function withDetails(text: string): string {
  const values = [...text.matchAll(/"@value": "([\w+/=]+)"/g)].map(([, value = '']) => Buffer.from(value, 'base64'));
  return [text, ...values.map((value) => value.toString('utf8'))].join('\n');
}

async function tryAll(grpcurl: string): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-grpc-'));
  const sandbox = await createSandbox({ dir, services: ['monitoring', 'config-service'] });
  let failures = 0;
  try {
    const { grpcUrl, apiKey } = sandbox.runInfo;
    const credential = ['-H', `authorization: Bearer ${apiKey}`];
    const call = (method: string, message: object, headers = credential): Said =>
      run(grpcurl, ['-plaintext', ...headers, '-d', JSON.stringify(message), grpcUrl, method]);
    const expect = (what: string, said: Said, ...patterns: readonly RegExp[]): void => {
      const text = withDetails(said.text);
      const missing = patterns.filter((pattern) => !pattern.test(text));
      console.log(`${missing.length === 0 ? 'ok  ' : 'FAIL'} ${what}`);
      if (missing.length === 0) return;
      failures++;
      console.log(`     lacks ${missing.join(', ')} in:\n${text}`);
    };
    const config = { url: 'http://127.0.0.1:8080/', headers: { 'x-key': 'value' } };

    expect(
      'list',
      run(grpcurl, ['-plaintext', grpcUrl, 'list']),
      /signalbox\.config\.v1\.Webhooks/,
      /grpc\.health\.v1/,
    );
    const described = run(grpcurl, ['-plaintext', grpcUrl, 'describe', SERVICE]);
    expect('describe', described, /rpc CreateWebhook/, /rpc TestWebhook/, /returns \( stream .*WatchWebhooksResponse/);
    expect('health', call('grpc.health.v1.Health/Check', { service: SERVICE }, []), /"status": "SERVING"/);
    const created = call(`${SERVICE}/CreateWebhook`, { name: 'by grpcurl', events: ['PostSignIn'], config });
    expect('create', created, /"name": "by grpcurl"/, /"signingKey": "[0-9A-Za-z]{32}"/);
    const id = /"id": "(\w+)"/.exec(created.text)?.[1] ?? '';
    expect('get', call(`${SERVICE}/GetWebhook`, { id }), new RegExp(`"id": "${id}"`));
    expect(
      'create with bad fields shows each violation',
      call(`${SERVICE}/CreateWebhook`, { events: ['Nonsense'], config: { ...config, retries: 9, timeout_ms: 1 } }),
      /Code: InvalidArgument/,
      /google\.rpc\.BadRequest/,
      /config\.retries.*is 9; expected a whole number from 0 to 3/,
      /config\.timeout_ms/,
      /events\[0\]/,
      /guard\.invalid_input/,
    );
    expect('without credential', call(`${SERVICE}/ListWebhooks`, {}, []), /Code: Unauthenticated/);
    const steering = 'signalbox.config.v1.ReceiverSteering/DisableByReceiver';
    expect('an API key steers nothing', call(steering, { tenant_id: 'default' }), /Code: Unauthenticated/);
    const args = ['-plaintext', '-max-time', '2', ...credential, grpcUrl, `${SERVICE}/WatchWebhooks`];
    expect('watch', run(grpcurl, args), /"isLast": true/, new RegExp(id), /DeadlineExceeded/);
  } finally {
    await sandbox.stop();
    await rm(dir, { recursive: true, force: true });
  }
  return failures;
}

if (run('go', ['version']).status === 0) process.exitCode = (await tryAll(builtGrpcurl())) === 0 ? 0 : 1;
else console.log('try:grpc: Go is not on this machine, so grpcurl cannot be built; nothing was tried.');
