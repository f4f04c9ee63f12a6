import { waitFor } from '@signalbox/testing';
import type { Locator } from 'playwright-core';

/** In the page. */
const IS_FOCUS_IN_DIALOG = `document.activeElement.closest('[role="dialog"]') !== null`;

/** Presses Escape once the dialog has the focus, as a person sees that it has, and waits until it is gone. */
export async function escapeFrom(dialog: Locator): Promise<void> {
  const page = dialog.page();
  await dialog.waitFor();
  await waitFor(async () => page.evaluate<boolean>(IS_FOCUS_IN_DIALOG), { what: 'the dialog to have the focus' });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}
