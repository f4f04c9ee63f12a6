import { waitFor } from '@signalbox/testing';
import type { Locator } from 'playwright-core';

const ANSWERED_WITHIN_MS = 15_000;

/**
 * Presses `button` until `awaited` is in sight. After a start, resends are put off until the log has caught up with what
 * was sent: a person who reads so presses again.
 */
export async function resendUntil(button: Locator, awaited: Locator): Promise<void> {
  const putOff = button.page().getByText('It was not sent again.');
  await waitFor(
    async () => {
      const wasPutOff = await putOff.isVisible();
      await button.click();
      // What was said of the last press stays until this one is under way.
      if (wasPutOff) await putOff.waitFor({ state: 'detached', timeout: 1_000 }).catch(() => undefined);
      await awaited.or(putOff).first().waitFor({ timeout: ANSWERED_WITHIN_MS });
      return awaited.first().isVisible();
    },
    { what: 'a resend to be answered', timeoutMs: 60_000, everyMs: 500 },
  );
}
