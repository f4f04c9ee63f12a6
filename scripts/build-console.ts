import { glob, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'apps', 'console');
const site = join(folder, 'dist', 'site');
const stamp = join(folder, 'dist', 'built-at');

const modifiedAt = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;

/** A file that was renamed or deleted shows in the time of its folder. */
async function changedAt(): Promise<number> {
  const paths = ['package-lock.json', 'apps/console/index.html', 'apps/console/vite.config.ts'];
  for await (const path of glob('apps/console/{src,public}/**', { cwd: root })) paths.push(path);
  return Math.max(...(await Promise.all(paths.map(async (path) => modifiedAt(join(root, path))))));
}

/** Bundles the console into `apps/console/dist/site`, when something of it changed since the last time. */
export async function buildConsole(): Promise<void> {
  const builtAt = await modifiedAt(stamp);
  const startedAt = Date.now();
  if (builtAt > (await changedAt())) return;
  // Readers and other builds that run meanwhile see one whole site or the other.
  const draft = join(folder, 'dist', `draft-${process.pid}`);
  const { build } = await import('vite');
  await build({
    configFile: join(folder, 'vite.config.ts'),
    logLevel: 'warn',
    mode: 'production',
    build: { outDir: draft },
  });
  await compress(draft);
  const old = join(folder, 'dist', `old-${process.pid}`);
  await mkdir(old, { recursive: true });
  await rename(site, join(old, 'site')).catch(() => undefined);
  await rename(draft, site).catch(async () => rm(draft, { recursive: true, force: true }));
  await rm(old, { recursive: true, force: true });
  await writeFile(stamp, '');
  console.log(`built the console in ${Date.now() - startedAt} ms`);
}

const BROTLI_QUALITY = 9;

/** Once here, so that nobody compresses at each request. */
async function compress(folderOfSite: string): Promise<void> {
  for await (const path of glob('**/*.{js,css,html,svg}', { cwd: folderOfSite })) {
    const file = join(folderOfSite, path);
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
    await writeFile(`${file}.br`, await promisify(brotliCompress)(await readFile(file), { params }));
  }
}
