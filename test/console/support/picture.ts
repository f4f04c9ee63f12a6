import { writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

/** What is in sight, without what moves, as a PNG. */
export async function savePicture(page: Page, file: string): Promise<void> {
  await page.evaluate('window.scrollTo(0, 0)');
  await page.mouse.move(0, 0);
  await writeFile(file, await page.screenshot({ animations: 'disabled', caret: 'hide' }));
}
