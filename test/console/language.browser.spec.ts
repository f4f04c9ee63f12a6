import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { ApiClient } from '../support/api-client.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';

const { run } = consoleTestSystem();
/** Versions of ICU differ in which space stands before AM. */
const spaced = (text: string): string => text.replace(/\s/gu, ' ');

describe('times', () => {
  it('are those of the person’s zone, with UTC on hover', async () => {
    const { id, createdAt } = await new ApiClient(run).call<{ id: string; createdAt: number }>(
      'POST',
      '/api/hooks',
      201,
      {
        name: 'Somewhere else',
        events: ['PostSignIn'],
        config: { url: 'https://example.com/' },
      },
    );
    await using visitor = await ConsoleVisitor.arrive({ timezoneId: 'Asia/Kathmandu' });
    await visitor.signIn(`/webhooks/${id}/history`);
    const time = visitor.page.getByRole('listitem').filter({ hasText: 'Version 1' }).locator('time');
    const zone = { timeZone: 'Asia/Kathmandu', dateStyle: 'medium', timeStyle: 'medium' } as const;
    expect(spaced(await time.innerText())).toBe(spaced(new Intl.DateTimeFormat('en', zone).format(createdAt)));
    const utc = new Date(createdAt).toISOString().replace('T', ' ').replace('Z', ' UTC');
    expect(await time.getAttribute('title')).toBe(utc);
    expect(visitor.complaints).toEqual([]);
  });
});

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
    const title = 'Zweisprachig · Einstellungen · Signalbox';
    await waitFor(async () => (await page.title()) === title, { what: 'the title of the window' });
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
