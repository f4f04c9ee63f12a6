import { describe, expect, it } from '@jest/globals';
import { accessibilityFaults } from './support/accessibility.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { consoleTestSystem } from './support/console-test-system.ts';

describe('sign-in by API key', () => {
  it('refuses a wrong key at the field, takes a good one, and forgets it at a reload', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await page.goto('/');
    const field = page.getByLabel('API key');
    await field.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Enter an API key').waitFor();
    await field.fill('sbk_nobody_has_this_key_0123456789');
    await field.press('Enter');
    await page.getByText('This key is not valid').waitFor();

    await field.fill(consoleTestSystem().run.apiKey);
    await field.press('Enter');
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/webhooks');
    const kept = await page.evaluate<string>('JSON.stringify([localStorage, sessionStorage, document.cookie])');
    expect(kept).not.toContain(consoleTestSystem().run.apiKey);

    await page.reload();
    await field.waitFor();
    expect(visitor.complaints).toEqual([]);
  });
});
