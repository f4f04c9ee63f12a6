import { afterAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { waitFor } from '@signalbox/testing';

const SAMPLES = join(import.meta.dirname, '../../apps/console/src/samples');
const SIGNING_KEY = 'a-signing-key-of-32-characters-ab';
const BODY = '{"event":"PostSignIn","hookId":"x","name":"Zoë"}';

interface Program {
  readonly language: string;
  readonly file: string;
  /** Whether the language is on this machine. */
  readonly probe: readonly [string, ...string[]];
  readonly run: (file: string) => readonly [string, ...string[]];
  /** What the language asks for beside the file. `version`: what the probe printed. */
  readonly prepare?: (folder: string, version: string) => Promise<void>;
}

/** A project of ASP.NET Core takes every `.cs` beside it; its parts come with the SDK. */
const csharpProject = (version: string): string => `<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net${version.split('.')[0]}.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
  </PropertyGroup>
</Project>`;

const PROGRAMS: readonly Program[] = [
  { language: 'Node.js', file: 'node.mjs', probe: ['node', '--version'], run: (file) => ['node', file] },
  { language: 'Python', file: 'python.py', probe: ['python3', '--version'], run: (file) => ['python3', file] },
  { language: 'Go', file: 'go.go', probe: ['go', 'version'], run: (file) => ['go', 'run', file] },
  { language: 'Java', file: 'Webhook.java', probe: ['java', '-version'], run: (file) => ['java', file] },
  {
    language: 'PHP',
    file: 'webhook.php',
    probe: ['php', '--version'],
    run: (file) => ['php', '-S', '127.0.0.1:PORT', file],
  },
  {
    language: 'Ruby',
    file: 'webhook.rb',
    probe: ['ruby', '--version'],
    run: (file) => ['ruby', join(import.meta.dirname, 'support/rack-harness.rb'), file],
  },
  {
    language: 'C#',
    file: 'Webhook.cs',
    probe: ['dotnet', '--version'],
    run: (file) => ['dotnet', 'run', '--project', dirname(file)],
    prepare: async (place, version) => writeFile(join(place, 'Webhook.csproj'), csharpProject(version)),
  },
];

/** Go compiles its own library on the first run on a machine, and C# a project: that takes minutes beside other tests. */
const STARTED_WITHIN_MS = 240_000;

const folder = await mkdtemp(join(tmpdir(), 'signalbox-samples-'));
afterAll(async () => rm(folder, { recursive: true, force: true }));

const signed = (body: string): string => createHmac('sha256', SIGNING_KEY).update(body).digest('hex');

const freePort = async (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

async function post(port: number, signature: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'logto-signature-sha-256': signature, 'webhook-id': 'id-1' };
  return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: BODY })).status;
}

/** `go run` and the like start a process of their own: the whole group is ended. */
function end(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
}

async function takesOnlySigned({ file, run, prepare }: Program, version: string): Promise<void> {
  const port = await freePort();
  const place = await mkdtemp(join(folder, 'program-'));
  const copy = join(place, file);
  await copyFile(join(SAMPLES, file), copy);
  await prepare?.(place, version);
  const [command, ...parameters] = run(copy).map((part) => part.replace('PORT', String(port)));
  const child = spawn(command ?? '', parameters, {
    env: { ...process.env, SIGNING_KEY, PORT: String(port) },
    detached: true,
    stdio: 'ignore',
  });
  try {
    const signature = signed(BODY);
    await waitFor(async () => (await post(port, signature).catch(() => 0)) === 204, {
      what: `${file} to take a signed request`,
      timeoutMs: STARTED_WITHIN_MS,
      everyMs: 100,
    });
    expect(
      await post(
        port,
        signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
      ),
    ).toBe(401);
    expect(await post(port, '')).toBe(401);
    expect(await post(port, 'no hex at all')).toBe(401);
  } finally {
    end(child);
  }
}

describe('the code that verifies a request', () => {
  for (const program of PROGRAMS) {
    const [command, ...parameters] = program.probe;
    const { status, stdout: version } = spawnSync(command, parameters, { encoding: 'utf8' });
    const isHere = status === 0;
    const reason = isHere ? '' : ` (not run: this machine has no ${command})`;
    (isHere ? it : it.skip)(
      `in ${program.language} takes what was signed with the key, and refuses anything else${reason}`,
      async () => takesOnlySigned(program, version),
      STARTED_WITHIN_MS + 30_000,
    );
  }

  it.each([
    ['from Signalbox', signed(BODY)],
    ['not from Signalbox', signed(`${BODY} `)],
  ])('in a shell says of a kept body whether it is: %s', async (answer, SIGNATURE) => {
    await writeFile(join(folder, 'body.json'), BODY);
    const env = { ...process.env, SIGNING_KEY, SIGNATURE };
    const { stdout } = spawnSync('sh', [join(SAMPLES, 'verify.sh')], { cwd: folder, env, encoding: 'utf8' });
    expect(stdout.trim()).toBe(answer);
  });
});
