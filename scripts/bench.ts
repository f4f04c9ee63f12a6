/** `npm run bench -- NAME [options]`: builds what has changed, then runs `bench/NAME.ts`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = join(import.meta.dirname, '..', 'bench');
const [name] = process.argv.splice(2, 1);
const names = (await readdir(folder)).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3));

if (name === undefined || !names.includes(name)) {
  console.error(`npm run bench -- NAME [options], where NAME is one of: ${names.toSorted().join(', ')}`);
  process.exitCode = 2;
} else {
  await import('./build.ts');
  await import(pathToFileURL(join(folder, `${name}.ts`)).href);
}
