import { describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';

const { run } = consoleTestSystem();

describe('the language of the console', () => {
  it('is that of the browser, until another is chosen, which the device keeps', async () => {
    const { id } = await new ApiClient(run).createWebhook({
      name: 'Zweisprachig',
      events: ['PostSignIn'],
      config: { url: 'https://example.com/', rateLimitPerSecond: 2_500 },
    });
    await using visitor = await ConsoleVisitor.arrive({ locale: 'de-AT' });
    const { page } = visitor;
    await page.goto(`/webhooks/${id}/settings`);
    await page.getByLabel('API-Schlüssel').fill(run.apiKey);
    await page.getByRole('button', { name: 'Anmelden', exact: true }).click();
    await page.getByLabel('Höchstrate (Anfragen je Sekunde)').waitFor();
    expect(await page.getByLabel('Höchstrate (Anfragen je Sekunde)').inputValue()).toBe('2.500');
    expect(await page.evaluate('document.documentElement.lang')).toBe('de');
    expect(await page.title()).toBe('Zweisprachig · Einstellungen · Signalbox');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Betrieb' }).click();
    await page.getByText('Aller Mandanten, über die letzten 24 Stunden.').waitFor();

    await page.getByRole('button', { name: 'Sprache' }).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByText('Of all tenants, over the last 24 hours.').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to Signalbox' }).waitFor();
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitem', { name: 'Deutsch' }).click();
    await page.getByRole('heading', { name: 'Bei Signalbox anmelden' }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });
});
