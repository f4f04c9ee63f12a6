import { beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ApiClient } from '../support/api-client.ts';
import { Publisher } from '../support/publisher.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { escapeFrom } from './support/escape.ts';

const { run } = consoleTestSystem();
const api = new ApiClient(run);
const KEY_NAME = `looked at ${Date.now()}`;

interface DialogLook {
  readonly title: string;
  readonly path: (webhookId: string) => string;
  readonly open: (page: Page) => Promise<void>;
}

const press =
  (...names: readonly string[]) =>
  async (page: Page): Promise<void> => {
    for (const name of names) await page.getByRole('button', { name, exact: true }).first().click();
  };

const choose =
  (entry: string) =>
  async (page: Page): Promise<void> => {
    await press('More actions')(page);
    await page.getByRole('menuitem', { name: entry }).click();
  };

const settings = (id: string): string => `/webhooks/${id}/settings`;

/** The dialogs besides those that are pages of their own, the merge, the end of a session and a key that is shown once. */
const DIALOGS: readonly DialogLook[] = [
  { title: 'Disable “Looked at”?', path: settings, open: choose('Disable') },
  { title: 'Delete “Looked at”?', path: settings, open: choose('Delete') },
  { title: 'Regenerate the signing key?', path: settings, open: press('Regenerate') },
  {
    title: 'Leave without saving?',
    path: settings,
    open: async (page) => {
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Not saved');
      await page.getByRole('link', { name: 'API keys' }).click();
    },
  },
  { title: 'Resend requests', path: (id) => `/webhooks/${id}/requests`, open: press('Resend many') },
  { title: 'Create API key', path: () => '/api-keys', open: press('Create API key') },
  { title: `Revoke “${KEY_NAME}”?`, path: () => '/api-keys', open: press(`Revoke ${KEY_NAME}`) },
  {
    title: 'Put it back into its topic?',
    path: () => '/operations/dead-letters?status=open',
    open: async (page) => {
      await page.getByRole('row').filter({ hasText: 'Looked.At' }).getByRole('link').first().click();
      await press('Redrive')(page);
    },
  },
];

let webhookId = '';
beforeAll(async () => {
  const config = { url: 'https://example.com/' };
  webhookId = (await api.createWebhook({ name: 'Looked at', events: ['PostSignIn'], config })).id;
  await api.call('POST', '/api/api-keys', 201, { name: KEY_NAME, scopes: ['webhooks:read'] });
  await using publisher = await Publisher.connect(run);
  await publisher.publish(JSON.stringify({ event: 'Looked.At' }));
  await waitFor(
    async () => JSON.stringify(await api.call('GET', '/api/ops/dead-letters?limit=100', 200)).includes('Looked.At'),
    { what: 'the dead letter that is looked at', timeoutMs: 20_000, everyMs: 100 },
  );
});

const LOOKS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['in dark', { colorScheme: 'dark' }],
  ['on a phone in light', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
];

describe.each(LOOKS)('%s', (_, options) => {
  it('every dialog is accessible, fits the screen, and goes by Escape', async () => {
    await using visitor = await ConsoleVisitor.arrive(options);
    const { page } = visitor;
    await visitor.signIn('/webhooks');
    const faults: string[] = [];
    for (const { title, path, open } of DIALOGS) {
      await visitor.goTo(path(webhookId));
      await open(page);
      const dialog = page.getByRole('dialog', { name: title });
      await dialog.waitFor();
      faults.push(...(await accessibilityFaults(page)).map((fault) => `${title}: ${fault}`));
      const box = await dialog.boundingBox();
      const screen = page.viewportSize();
      if (box === null || screen === null || box.x < 0 || box.x + box.width > screen.width)
        faults.push(`${title}: wide`);
      await escapeFrom(dialog);
      const discard = page.getByRole('button', { name: 'Discard' });
      if ((await discard.count()) > 0) await discard.click();
    }
    expect(faults).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  }, 180_000);
});
