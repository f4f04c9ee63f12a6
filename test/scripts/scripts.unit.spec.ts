import { expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

it('a script builds before it loads what is built: a clean clone has no build, and an old one runs yesterday’s', () => {
  const scripts = globSync('scripts/*.ts', { cwd: root });
  const early = scripts.filter((script) =>
    /^import (?!type\b)[^;]*from '@signalbox\//m.test(readFileSync(join(root, script), 'utf8')),
  );
  expect(scripts).toContain('scripts/topics.ts');
  expect(early).toEqual([]);
});
