import { waitFor } from '@signalbox/testing';
import type { Locator } from 'playwright-core';

/** What a press of `button` copies. All pages of the browser share one clipboard: a text of another page is not `awaited`. */
export async function copiedBy(button: Locator, awaited: RegExp): Promise<string> {
  return waitFor(
    async () => {
      await button.click();
      const text = await button.page().evaluate<string>('navigator.clipboard.readText()');
      return awaited.test(text) && text;
    },
    { what: `a text like ${awaited} to be copied`, everyMs: 200 },
  );
}
