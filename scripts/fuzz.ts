/**
 * `npm run fuzz [-- --seconds 120] [--seed 1] [further options of schemathesis]`: a sandbox of its own, and schemathesis
 * (PyPI) against its REST API by the OpenAPI document that it serves: no 500, no answer that is not in the document.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const SCHEMATHESIS = '4.32.5';
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'ignored_auth',
];
// Streams that never end by themselves.
const EXCLUDED = '/live$';

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});

await import('./build.ts');
const { cacheFolder, createSandbox } = await import('@signalbox/sandbox');

const venv = join(cacheFolder(), `schemathesis-${SCHEMATHESIS}`);
const command = join(venv, 'bin', 'schemathesis');
const isThere = existsSync(command) || install();

if (isThere) {
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-fuzz-'));
  const sandbox = await createSandbox({
    dir,
    env: { LOG_LEVEL: 'warn', RATE_LIMIT_PER_SECOND: '0' },
    onLine: (line) => console.log(line),
    onFatal: (error) => console.error(error.message),
  });
  try {
    const { apiUrl, apiKey } = sandbox.runInfo;
    const { status } = spawnSync(command, [...fuzzing(apiUrl, apiKey), ...positionals], {
      stdio: 'inherit',
      cwd: dir,
      env: {
        ...process.env,
        PYTHONPATH: import.meta.dirname,
        PYTHONDONTWRITEBYTECODE: '1',
        SCHEMATHESIS_HOOKS: 'fuzz_hooks',
      },
    });
    process.exitCode = status ?? 1;
  } finally {
    await sandbox.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

function fuzzing(apiUrl: string, apiKey: string): readonly string[] {
  const options = {
    header: `Authorization: Bearer ${apiKey}`,
    checks: CHECKS.join(','),
    'exclude-path-regex': EXCLUDED,
    'max-time': values.seconds,
    seed: values.seed,
    'request-timeout': '15',
  };
  const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return ['run', `${apiUrl}/openapi.json`, ...named, '--continue-on-failure'];
}

/** False, said in one line, where there is no Python to do it with. */
function install(): boolean {
  const made = spawnSync('python3', ['-m', 'venv', venv], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (made.status !== 0) {
    console.error(
      'npm run fuzz needs python3 with its venv module, and there is none; npm test has a shorter fuzz test.',
    );
    process.exitCode = 1;
    return false;
  }
  const pip = join(venv, 'bin', 'pip');
  const { status } = spawnSync(pip, ['install', '--quiet', `schemathesis==${SCHEMATHESIS}`], { stdio: 'inherit' });
  if (status === 0) return true;
  console.error(`schemathesis ${SCHEMATHESIS} could not be installed into ${venv}`);
  process.exitCode = 1;
  return false;
}
