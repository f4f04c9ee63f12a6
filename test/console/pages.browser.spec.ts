import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { makeDemoData, type DemoData } from './support/demo-data.ts';
import { savePicture } from './support/picture.ts';

/** `SCREENSHOTS=1 npm run jest -- --selectProjects browser --ci test/console/pages` keeps what is looked at here. */
const isKept = process.env['SCREENSHOTS'] !== undefined;
const FOLDER = join(import.meta.dirname, '../../docs/images');

const LOOKS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
];

interface PageLook {
  readonly name: string;
  readonly path: (webhookId: string) => string;
  /** Until what is to be seen is there. */
  readonly ready: (page: Page) => Promise<void>;
}

const heading =
  (name: string) =>
  async (page: Page): Promise<void> =>
    page.getByRole('heading', { name }).first().waitFor();

const PAGES: readonly PageLook[] = [
  {
    name: 'webhooks',
    path: () => '/webhooks',
    ready: async (page) => page.getByText('CRM sync').waitFor(),
  },
  {
    name: 'create',
    path: () => '/webhooks?create=true',
    ready: async (page) => page.getByText('PostRegister').last().waitFor(),
  },
  { name: 'settings', path: (id) => `/webhooks/${id}/settings`, ready: heading('Verify a request') },
  {
    name: 'test',
    path: (id) => `/webhooks/${id}/test`,
    ready: async (page) => {
      await page.getByRole('button', { name: 'Send 1 test payload' }).click();
      await page.getByText('What came back').waitFor();
    },
  },
  {
    name: 'history',
    path: (id) => `/webhooks/${id}/history`,
    ready: async (page) => page.getByText('Version 1').waitFor(),
  },
  { name: 'api-keys', path: () => '/api-keys', ready: async (page) => page.getByText('Audit export').waitFor() },
];

let demo: DemoData;
beforeAll(async () => {
  demo = await makeDemoData(consoleTestSystem().run);
  await mkdir(FOLDER, { recursive: true });
}, 90_000);
afterAll(async () => demo[Symbol.asyncDispose]());

describe.each(LOOKS)('in %s', (look, options) => {
  it('every page is accessible, as wide as the screen, and complains of nothing', async () => {
    await using visitor = await ConsoleVisitor.arrive(options);
    const { page } = visitor;
    await page.goto('/');
    await page.getByLabel('API key').waitFor();
    const faults: string[] = [];
    const lookAt = async (name: string): Promise<void> => {
      const found = await accessibilityFaults(page);
      faults.push(...found.map((fault) => `${name}: ${fault}`));
      const excess = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (excess > 0) faults.push(`${name}: ${excess} px wider than the screen`);
      if (isKept) await savePicture(page, join(FOLDER, `${name}-${look}.png`));
    };
    await lookAt('sign-in');
    await visitor.signIn('/');
    for (const { name, path, ready } of PAGES) {
      await visitor.goTo(path(demo.webhooks[0]?.id ?? ''));
      await ready(page);
      await page.waitForLoadState('networkidle');
      await lookAt(name);
    }
    expect(faults).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });
});
