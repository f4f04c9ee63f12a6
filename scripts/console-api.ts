/**
 * `npm run console:api`: writes the console's types of the REST API, from the OpenAPI document that a config-service of
 * these sources serves. `npm test` fails while they differ.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

await import('./build.ts');
const { createSandbox } = await import('@signalbox/sandbox');
const { consoleApiTypes, CONSOLE_API_FILE } = await import('../apps/console/api-types.ts');

const dir = await mkdtemp(join(tmpdir(), 'signalbox-console-api-'));
const sandbox = await createSandbox({ dir, services: ['config-service'] });
try {
  await writeFile(CONSOLE_API_FILE, await consoleApiTypes(sandbox.runInfo.apiUrl));
} finally {
  await sandbox.stop();
  await rm(dir, { recursive: true, force: true });
}
