import { beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { ApiClient } from '../support/api-client.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { copiedBy } from './support/clipboard.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { rowsOf } from './support/database.ts';

const { run } = consoleTestSystem();
const api = new ApiClient(run);

describe('making a webhook', () => {
  it('says at each field what is wrong, makes it, and shows its key with code that verifies', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn();
    await page.getByRole('button', { name: 'Create webhook' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Create webhook' }).click();
    await dialog.getByText('Enter a name.').waitFor();
    await dialog.getByText('Enter the address of your endpoint.').waitFor();
    await dialog.getByText('Choose at least one event.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await dialog.getByLabel('Name').fill('Made by clicks');
    await dialog.getByLabel('Endpoint URL').fill('http://10.0.0.1/hook');
    await dialog.getByText('Begins with https:// (not met)').waitFor();
    await dialog.getByLabel('All of Role').press('Space');
    await dialog.getByLabel('Search events').fill('signing in');
    // Enter searches, and makes nothing; Escape asks before what was typed is gone.
    const sent: string[] = [];
    page.on('request', (each) => sent.push(...(each.method() === 'POST' ? [each.url()] : [])));
    await dialog.getByLabel('Search events').press('Enter');
    await dialog.getByLabel('Name').press('Escape');
    const question = page.getByRole('dialog', { name: 'Discard what you entered?' });
    await question.waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    await dialog.getByLabel('PostSignIn', { exact: true }).press('Space');
    await dialog.getByRole('button', { name: 'Example payload of PostSignIn' }).click();
    await dialog.getByRole('figure', { name: 'Example payload of PostSignIn' }).getByText('"PostSignIn"').waitFor();
    await dialog.getByText(/^5 of \d+ chosen$/).waitFor();
    expect(sent).toEqual([]);
    await dialog.getByRole('button', { name: 'Create webhook' }).click();
    await dialog.getByText(/must be https/).waitFor();

    await dialog.getByLabel('Endpoint URL').fill('https://example.com/hook');
    await dialog.getByRole('button', { name: 'Create webhook' }).click();
    await page.getByRole('heading', { name: 'Made by clicks', level: 1 }).waitFor();
    await page.getByText('The webhook is ready').waitFor();
    const id = new URL(page.url()).pathname.split('/')[2];
    const [row] = await rowsOf<{ name: string; url: string; events: string[] }>(
      'SELECT * FROM config.webhook WHERE id = $1',
      [id],
    );
    expect(row).toMatchObject({ name: 'Made by clicks', url: 'https://example.com/hook' });
    expect(row?.events.toSorted()).toEqual([
      'PostSignIn',
      'Role.Created',
      'Role.Data.Updated',
      'Role.Deleted',
      'Role.Scopes.Updated',
    ]);

    const { signingKey } = await api.call<{ signingKey: string }>('GET', `/api/hooks/${id}`, 200);
    expect(await page.getByText(signingKey).count()).toBe(0);
    await page.getByRole('button', { name: 'Show: Signing key' }).click();
    await page.getByText(signingKey).waitFor();
    await copiedBy(page.getByRole('button', { name: 'Copy Signing key' }), new RegExp(`^${signingKey}$`));
    await page.getByRole('tab', { name: 'Go', exact: true }).click();
    await page.getByRole('figure', { name: 'Verification code, Go' }).getByText('hmac.Equal').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });
});

describe('the list of webhooks', () => {
  const marker = `listed-${Date.now()}`;
  beforeAll(async () => {
    for (let index = 1; index <= 25; index++) {
      const name = `${marker} ${String(index).padStart(2, '0')}`;
      await api.createWebhook({
        name,
        events: ['PostSignIn'],
        enabled: index % 2 === 0,
        config: { url: 'https://example.com/' },
      });
    }
  });

  it('searches, filters, sorts and pages by its address, which a colleague can open', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn();
    const names = async (): Promise<readonly string[]> =>
      page.getByRole('row').getByRole('link').filter({ hasText: marker }).allTextContents();
    await page.getByLabel('Search by name, URL or id').fill(marker);
    await page.getByText('1–20 of 25').waitFor();
    expect((await names())[0]).toBe(`${marker} 25`);
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await page.waitForURL(/sort=name/);
    await page.getByRole('link', { name: `${marker} 01` }).waitFor();
    expect((await names())[0]).toBe(`${marker} 01`);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('21–25 of 25').waitFor();
    await page.getByRole('button', { name: /State/ }).click();
    await page.getByRole('option', { name: 'Disabled', exact: true }).click();
    await page.waitForURL(/enabled=false/);
    await waitFor(async () => (await names()).length === 13, { what: 'the 13 that are disabled' });
    const address = page.url();
    expect(new URL(address).searchParams.get('page')).toBeNull();

    await using colleague = await ConsoleVisitor.arrive();
    await colleague.signIn(address);
    await colleague.page.getByRole('link', { name: `${marker} 03` }).waitFor();
    expect(await colleague.page.getByLabel('Search by name, URL or id').inputValue()).toBe(marker);
    await colleague.page.getByLabel('Search by name, URL or id').fill('nobody is called so');
    await colleague.page.getByText('Nothing matches').waitFor();
    await colleague.page.getByRole('button', { name: 'Clear filters' }).click();
    await colleague.page.getByRole('row').nth(1).waitFor();
    expect([...visitor.complaints, ...colleague.complaints]).toEqual([]);
  });
});

describe('a webhook', () => {
  it('is disabled, enabled and deleted from its menu, and its history says so', async () => {
    const { id } = await api.createWebhook({
      name: 'Short lived',
      events: ['PostSignIn'],
      config: { url: 'https://example.com/' },
    });
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}`);
    const choose = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name }).click();
    };
    await choose('Disable');
    await page
      .getByRole('dialog')
      .getByText(/are not kept for it/)
      .waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('This webhook is disabled').waitFor();
    expect(await rowsOf('SELECT enabled FROM config.webhook WHERE id = $1', [id])).toEqual([{ enabled: false }]);
    await choose('Enable again');
    await page.getByRole('dialog').getByRole('button', { name: 'Enable again' }).click();
    await page.getByText('This webhook is disabled').waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'History' }).click();
    const entries = page.getByRole('listitem').filter({ hasText: /Version/ });
    await entries.filter({ hasText: 'Disabled' }).waitFor();
    expect(await entries.count()).toBe(3);
    // In the words of the settings, not in those of the API.
    await entries.filter({ hasText: 'Created' }).getByText('Endpoint URL').waitFor();
    expect(await entries.filter({ hasText: 'Disabled' }).allInnerTexts()).toEqual([
      expect.stringMatching(/Enabled\s+Yes\s+No/),
    ]);
    expect(await page.getByRole('main').innerText()).not.toContain('config.');
    await copiedBy(page.getByRole('button', { name: 'Copy Id' }), new RegExp(`^${id}$`));
    expect(await accessibilityFaults(page)).toEqual([]);

    await choose('Delete');
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete' });
    await page.getByLabel('Type “Short lived” to confirm').fill('Short');
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel('Type “Short lived” to confirm').fill('Short lived');
    await confirm.click();
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    await visitor.goTo(`/webhooks/${id}/settings`);
    await page.getByRole('heading', { name: 'This webhook is not there', level: 1 }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await visitor.goTo('/nowhere');
    await page.getByRole('heading', { name: 'There is no page here', level: 1 }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await api.call('GET', `/api/hooks/${id}`, 404);
    expect(visitor.complaints).toEqual([]);
  });
});
