import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { makeDemoData, type DemoData } from './support/demo-data.ts';
import { PAGES } from './support/page-looks.ts';
import { savePicture } from './support/picture.ts';

/** `npm run screenshots` keeps what is looked at here. */
const isKept = process.env['SCREENSHOTS'] !== undefined;
const FOLDER = join(import.meta.dirname, '../../docs/images');

const LOOKS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['phone', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
];

/** In the page: tables that are wider than their place, and how wide their columns are. Long ones scroll in their own box. */
const CUT_TABLES = `[...document.querySelectorAll('.table-box:not(.table-box--virtual)')]
  .filter((box) => box.scrollWidth > box.clientWidth)
  .map((box) => [
    box.querySelector('table').getAttribute('aria-label'),
    box.clientWidth,
    ...[...box.querySelectorAll('th')].map((head) => head.textContent + ' ' + head.offsetWidth),
  ].join(', '))`;

/** In the page: what the Tab key leads to though nobody sees it. A box to tick is drawn by its label. */
const HIDDEN_STOPS = `[...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')]
  .filter((stop) => stop.tabIndex >= 0 && !stop.disabled && stop.checkVisibility() && stop.closest('label') === null)
  .filter((stop) => {
    for (let part = stop; part !== null; part = part.parentElement)
      if (getComputedStyle(part).clipPath.startsWith('inset(50%')) return true;
    return false;
  })
  .map((stop) => stop.outerHTML.slice(0, 120))`;

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
      const cutTables = await page.evaluate<readonly string[]>(CUT_TABLES);
      faults.push(...cutTables.map((table) => `${name}: the table ${table} does not fit`));
      const hiddenStops = await page.evaluate<readonly string[]>(HIDDEN_STOPS);
      faults.push(...hiddenStops.map((stop) => `${name}: the focus goes to what is not seen: ${stop}`));
      if (isKept) await savePicture(page, join(FOLDER, `${name}-${look}.png`));
    };
    await lookAt('sign-in');
    await visitor.signIn('/');
    for (const { name, path, ready } of PAGES) {
      await visitor.goTo(path(demo));
      await ready(page);
      await page.waitForLoadState('networkidle');
      await lookAt(name);
    }
    expect(faults).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  }, 180_000);
});
