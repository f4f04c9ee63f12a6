import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import { waitFor } from '@signalbox/testing';
import { ApiClient } from '../support/api-client.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { rowsOf } from './support/database.ts';

const { run } = consoleTestSystem();
const COUNT = 1_000;
const AT_ONCE = 25;

/** A tenant of its own: lists by traffic compare 1,000 webhooks at most, and other tests have theirs in the tenant `default`. */
const TENANT = `of-many-${Date.now()}`;
const KEY = `sbk_for_tests_of_many_webhooks_${Date.now()}`;
const api = new ApiClient({ ...run, apiKey: KEY });
const SCOPES = ['webhooks:read', 'webhooks:write', 'deliveries:read'];

beforeAll(async () => {
  await rowsOf(
    `INSERT INTO config.api_key (id, tenant_id, name, prefix, hash, scopes, created_at_ms)
     VALUES ($1, $1, 'many', 'sbk_for', $2, $3, 0)`,
    [TENANT, hash('sha256', KEY, 'buffer'), SCOPES],
  );
});
afterAll(async () => rowsOf('DELETE FROM config.webhook WHERE tenant_id = $1', [TENANT]));

it('the list teaches while it is empty, and pages, searches and sorts 1,000 webhooks as it does ten', async () => {
  await using visitor = await ConsoleVisitor.arrive();
  const { page } = visitor;
  await visitor.signIn('/webhooks', KEY);
  await page.getByText('No webhook yet').waitFor();
  await page.getByText(/A webhook tells your own service at once/).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  for (let made = 0; made < COUNT; made += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) =>
        api.createWebhook({
          name: `Number ${String(made + index + 1).padStart(4, '0')}`,
          events: ['PostSignIn'],
          enabled: false,
          config: { url: 'http://127.0.0.1:8099/never' },
        }),
      ),
    );
  }
  await visitor.goTo('/webhooks?sort=name');
  await page.getByText('1–20 of 1,000').waitFor();
  await page.getByRole('link', { name: 'Number 0001' }).waitFor();
  // The head and one page: the rest is not in the page, however many there are.
  expect(await page.getByRole('row').count()).toBe(21);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('link', { name: 'Number 0021' }).waitFor();
  await visitor.goTo('/webhooks?sort=name&page=50');
  await page.getByText('981–1,000 of 1,000').waitFor();
  await page.getByRole('link', { name: 'Number 1000' }).waitFor();
  expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
  // By traffic and by health the whole list is compared before it is cut into pages.
  // On a busy machine the counts of 1,000 may be late once, and the page says so: as a person does, ask again.
  const compared = page.getByText('1–20 of 1,000');
  await waitFor(
    async () => {
      await visitor.goTo('/webhooks?sort=-requests&health=idle');
      await compared
        .or(page.getByRole('button', { name: 'Try again' }))
        .first()
        .waitFor();
      return compared.isVisible();
    },
    { what: 'a list by traffic', timeoutMs: 60_000, everyMs: 1_000 },
  );
  await page.getByLabel('Search by name, URL or id').fill('0777');
  await page.getByRole('link', { name: 'Number 0777' }).waitFor();
  await compared.waitFor({ state: 'detached' });
  await waitFor(async () => (await page.getByRole('row').count()) === 2, {
    what: 'the head and the one that is found',
  });
  expect(visitor.complaints).toEqual([]);
}, 120_000);
