import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ApiClient } from '../support/api-client.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';

const { run } = consoleTestSystem();
const MAX_STEPS = 150;

/** Presses Tab until the element with this accessible name has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < MAX_STEPS; step++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>(
      `(() => { const e = document.activeElement; const by = e.getAttribute('aria-labelledby');
         const label = by ? by.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ') : '';
         return e.getAttribute('aria-label') ?? (label || e.textContent || e.labels?.[0]?.textContent || ''); })()`,
    );
    if (name.test(focused)) return;
    passed.push(focused);
  }
  throw new Error(`No Tab leads to ${name}; it passed ${passed.join(' | ')}`);
}

it('a webhook is made, changed and deleted with the keyboard alone', async () => {
  await using visitor = await ConsoleVisitor.arrive();
  const { page } = visitor;
  await page.goto('/');
  await page.getByLabel('API key').waitFor();
  await tabTo(page, /^API key/);
  await page.keyboard.type(run.apiKey);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
  await tabTo(page, /^Create webhook$/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  // The name has the focus already.
  await page.keyboard.type('By keyboard');
  await tabTo(page, /^Endpoint URL/);
  await page.keyboard.type('https://example.com/keys');
  await tabTo(page, /^All of User$/);
  await page.keyboard.press('Space');
  await tabTo(page, /^Create webhook$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'By keyboard', level: 1 }).waitFor();
  const id = new URL(page.url()).pathname.split('/')[2] ?? '';

  await tabTo(page, /^Timeout/);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('9');
  await tabTo(page, /^Save changes$/);
  await page.keyboard.press('Enter');
  await page.getByText('You have unsaved changes.').waitFor({ state: 'detached' });
  expect(await new ApiClient(run).call('GET', `/api/hooks/${id}`, 200)).toMatchObject({ config: { timeoutMs: 9_000 } });

  await tabTo(page, /^More actions$/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')).toBe('More actions');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('By keyboard');
  await tabTo(page, /^Delete$/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
  await new ApiClient(run).call('GET', `/api/hooks/${id}`, 404);
  expect(visitor.complaints).toEqual([]);
});
