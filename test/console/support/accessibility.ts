import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe (https://github.com/dequelabs/axe-core) finds wrong in what is on the screen, one line each. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  const hasAxe = await page.evaluate<boolean>('typeof axe === "object"');
  // Evaluated and not added as a script: the page's policy would refuse it, and is not to be loosened for a test.
  if (!hasAxe) await page.evaluate(`${await readFile(AXE, 'utf8')}; undefined`);
  const { violations } = await page.evaluate<Pick<AxeResults, 'violations'>>('axe.run(document)');
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}
