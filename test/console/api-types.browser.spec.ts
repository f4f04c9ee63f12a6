import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { CONSOLE_API_FILE, consoleApiTypes } from '../../apps/console/api-types.ts';
import { consoleTestSystem } from './support/console-test-system.ts';

it('the console knows the API as it is served: else run npm run console:api', async () => {
  expect(await readFile(CONSOLE_API_FILE, 'utf8')).toBe(await consoleApiTypes(consoleTestSystem().run.apiUrl));
});
