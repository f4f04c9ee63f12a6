/**
 * Compiles every workspace's `src` to its `dist` with swc, and copies `.proto`, `.html` and `.json` files beside it.
 * Only what changed since the last build is compiled, so that a second `npm start` does not wait. Types are checked by
 * `npm run types`, never here. The console is bundled by Vite (`build-console.ts`).
 */
import { type JscConfig, transformFile } from '@swc/core';
import { cp, glob, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { buildConsole } from './build-console.ts';

const root = join(import.meta.dirname, '..');

const modifiedAt = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;

// Here and not in .swcrc, which @swc/jest reads too: Jest runs the sources, where './x.ts' must stay './x.ts'.
const jsc: JscConfig & { rewriteRelativeImportExtensions: boolean } = { rewriteRelativeImportExtensions: true };

/** Readers see the old file or the new one, never half of it: two builds and a starting service may meet here. */
async function replaceFile(target: string, text: string): Promise<void> {
  const draft = `${target}.${process.pid}.tmp`;
  await writeFile(draft, text);
  await rename(draft, target);
}

async function compile(source: string, target: string): Promise<void> {
  const { code, map } = await transformFile(source, { configFile: join(root, '.swcrc'), jsc });
  await mkdir(dirname(target), { recursive: true });
  if (map !== undefined) await replaceFile(`${target}.map`, map);
  await replaceFile(target, `${code}\n//# sourceMappingURL=${basename(target)}.map\n`);
}

const isOfConsole = (path: string): boolean => path.startsWith('apps/console/');

async function build(): Promise<number> {
  const configuredAt = Math.max(await modifiedAt(join(root, '.swcrc')), await modifiedAt(import.meta.filename));
  const wanted = new Set<string>();
  let compiled = 0;
  for await (const source of glob('{apps,libs}/*/src/**/*.{ts,proto,json,html}', { cwd: root })) {
    if (isOfConsole(source) || /\.(spec|conformance)\.ts$|\/src\/(.*\/)?testing\//.test(source)) continue;
    const target = join(root, source.replace(/^([^/]+\/[^/]+)\/src\//, '$1/dist/').replace(/\.ts$/, '.js'));
    wanted.add(target);
    const from = join(root, source);
    if ((await modifiedAt(target)) > Math.max(await modifiedAt(from), configuredAt)) continue;
    if (source.endsWith('.ts')) await compile(from, target);
    else await cp(from, target);
    compiled++;
  }
  // A module that was deleted or renamed must not stay importable. Another build may be removing it too.
  for await (const stale of glob('{apps,libs}/*/dist/**/*.js', { cwd: root })) {
    if (!isOfConsole(stale) && !wanted.has(join(root, stale))) await rm(join(root, stale), { force: true });
  }
  return compiled;
}

const compiled = await build();
if (compiled > 0) console.log(`built ${compiled} files`);
await buildConsole();
