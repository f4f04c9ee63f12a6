import { describe, expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const filesOf = (...patterns: string[]) => patterns.flatMap((pattern) => globSync(pattern, { cwd: root }));

/** Variables that a table of docs/configuration.md names in its first column; secrets are marked by a dagger. */
function documentedVariables(): string[] {
  const cells = read('docs/configuration.md').matchAll(/^\| +(`[^|]+)\|/gm);
  return [...cells].flatMap(([, cell]) => [...cell!.matchAll(/`([A-Z0-9_]+)`/g)].map(([, name]) => name!));
}

describe('docs/configuration.md', () => {
  const documented = new Set(documentedVariables());

  test('names every variable a service or npm start reads', () => {
    const sources = filesOf('{apps,libs}/*/src/**/*.environment.ts', 'libs/sandbox/src/**/start-options.ts').map(read);
    const declared = sources.flatMap((source) =>
      [...source.matchAll(/^ +([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name!),
    );
    expect(declared).not.toEqual([]);
    expect(declared.filter((name) => !documented.has(name))).toEqual([]);
  });

  test('names no variable that nothing reads', () => {
    const sources = filesOf('{apps,libs}/*/src/**/*.ts', 'scripts/*.ts').map(read).join('\n');
    expect([...documented].filter((name) => !sources.includes(name))).toEqual([]);
  });
});

describe('documents', () => {
  test('link to files that exist', () => {
    const broken = filesOf('*.md', 'docs/**/*.md').flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map(([, target]) => join(page, '..', target!))
        .filter((target) => filesOf(target).length === 0),
    );
    expect(broken).toEqual([]);
  });
});
