import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(import.meta.dirname, '../../.ci/run');
let root: string;

/** Stands in for npm: runs what the test put into FAKE_CI, FAKE_CHECK or FAKE_TEST. */
const fakeNpm = `#!/bin/sh
case "$1 $2" in
  'ci ') eval "$FAKE_CI" ;;
  'run check') eval "$FAKE_CHECK" ;;
  'test ') eval "$FAKE_TEST" ;;
esac
`;
const counted = 'echo "3 0" >>"$TEST_COUNTS_FILE"; echo "2 0" >>"$TEST_COUNTS_FILE"';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'signalbox-ci-'));
  await mkdir(join(root, '.ci'));
  await mkdir(join(root, 'bin'));
  await cp(script, join(root, '.ci/run'));
  await writeFile(join(root, 'bin/npm'), fakeNpm);
  await chmod(join(root, 'bin/npm'), 0o755);
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.test'];
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    [...identity, 'commit', '-qm', 'start'],
  ]) {
    execFileSync('git', args, { cwd: root });
  }
});

afterAll(() => rm(root, { recursive: true }));

const environment = (fakes: Record<string, string>) => ({
  ...process.env,
  PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
  CI_GRACE_SECONDS: '1',
  ...fakes,
});

function runCi(fakes: Record<string, string>): Promise<{ exitCode: number; output: string; closingLine: string }> {
  return new Promise((resolve) => {
    execFile(join(root, '.ci/run'), { cwd: root, env: environment(fakes) }, (error, stdout, stderr) => {
      const closingLine = stdout.trimEnd().split('\n').at(-1) ?? '';
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr, closingLine });
    });
  });
}

/** A process that has ended stays listed until its parent collects it (state Z); it is not alive. */
function isAlive(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
  return stdout !== '' && !stdout.startsWith('Z');
}

describe('.ci/run', () => {
  test('sums the tests of every project and ends well', async () => {
    expect(await runCi({ FAKE_TEST: counted })).toMatchObject({ exitCode: 0, closingLine: '5 passed, 0 failed' });
  });

  test('gives no step a standard input to wait on', async () => {
    expect(await runCi({ FAKE_TEST: `cat; ${counted}` })).toMatchObject({ exitCode: 0 });
  });

  test('counts a step that fails before the tests as one failed and goes no further', async () => {
    const { exitCode, output, closingLine } = await runCi({ FAKE_CHECK: 'exit 3', FAKE_TEST: counted });
    expect(output).toContain('ci: npm run check: exit code 3');
    expect({ exitCode, closingLine }).toEqual({ exitCode: 1, closingLine: '0 passed, 1 failed' });
  });

  test('counts failing tests, not the step that they fail, once more', async () => {
    const failing = 'echo "3 2" >>"$TEST_COUNTS_FILE"; exit 1';
    expect(await runCi({ FAKE_TEST: failing })).toMatchObject({ exitCode: 1, closingLine: '3 passed, 2 failed' });
  });

  test('fails when no test was counted', async () => {
    expect(await runCi({})).toMatchObject({ exitCode: 1, closingLine: '0 passed, 1 failed' });
  });

  test('ends a step that hangs', async () => {
    const { exitCode, output, closingLine } = await runCi({ CI_LIMIT_SECONDS: '2', FAKE_CI: 'sleep 1000' });
    expect(output).toMatch(/ci: npm ci: ended after \d s/);
    expect({ exitCode, closingLine }).toEqual({ exitCode: 1, closingLine: '0 passed, 1 failed' });
  });

  test('names and ends what a step leaves alive, in another session too', async () => {
    const leftBehind = `env -i TMPDIR="$TMPDIR" setsid sleep 1000 & ${counted}`;
    const { exitCode, output, closingLine } = await runCi({ FAKE_TEST: leftBehind });
    const pid = /ci: left alive by npm test: +(\d+) sleep 1000/.exec(output)?.[1];
    expect(pid).toBeDefined();
    expect(isAlive(pid!)).toBe(false);
    expect({ exitCode, closingLine }).toEqual({ exitCode: 1, closingLine: '5 passed, 1 failed' });
  });

  test('fails when the run changes the working tree', async () => {
    const { exitCode, output } = await runCi({ FAKE_TEST: `touch generated.txt; ${counted}` });
    await rm(join(root, 'generated.txt'));
    expect(output).toContain('?? generated.txt');
    expect(exitCode).toBe(1);
  });

  test('ends its step and still prints the closing line when it is interrupted', async () => {
    const ci = spawn(join(root, '.ci/run'), { cwd: root, env: environment({ FAKE_CI: 'echo began; sleep 1000' }) });
    let output = '';
    ci.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (text.includes('began')) ci.kill('SIGTERM');
    });
    const exitCode = await new Promise((resolve) => ci.on('close', resolve));
    expect(output).toMatch(/ci: interrupted\n0 passed, 1 failed\n$/);
    expect(exitCode).toBe(1);
  });
});
