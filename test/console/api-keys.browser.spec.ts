import { describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { copiedBy } from './support/clipboard.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';

const { run } = consoleTestSystem();

describe('API keys', () => {
  it('are made with chosen scopes, shown once, and revoked', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn('/api-keys');
    await page.getByRole('button', { name: 'Create API key' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create API key' }).click();
    await dialog.getByText('Choose at least one scope.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByLabel('Name').fill('By the console');
    await dialog.getByLabel('webhooks:read').press('Space');
    await dialog.getByRole('button', { name: /Ends/ }).click();
    await page.getByRole('option', { name: 'After 30 days' }).click();
    await dialog.getByRole('button', { name: 'Create API key' }).click();
    await page.getByText('Copy it now').waitFor();
    const key = await copiedBy(page.getByRole('button', { name: 'Copy API key' }), /^sbk_/);
    expect(await new ApiClient({ ...run, apiKey: key }).call('GET', '/api/me', 200)).toMatchObject({
      scopes: ['webhooks:read'],
    });
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(key);

    await page.getByRole('button', { name: 'Revoke By the console' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page
      .getByRole('row', { name: /By the console/ })
      .getByText('Revoked')
      .waitFor();
    await new ApiClient({ ...run, apiKey: key }).call('GET', '/api/me', 401);
    expect(visitor.complaints).toEqual([]);
  });
});
