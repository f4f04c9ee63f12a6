import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { ApiClient, type Webhook } from '../support/api-client.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';

const { run } = consoleTestSystem();
const api = new ApiClient(run);
const aWebhook = async (): Promise<Webhook> =>
  api.createWebhook({ name: 'Unlucky', events: ['PostSignIn'], config: { url: 'https://example.com/' } });

const answered = (status: number, body: object) => ({
  status,
  headers: { 'retry-after': '7' },
  contentType: 'application/json',
  body: JSON.stringify(body),
});

const REFUSALS = [
  { status: 409, code: 'entity.conflict', message: 'Another change came first', words: 'Another change came first.' },
  { status: 422, code: 'entity.invalid_input', message: 'Nothing to change', words: 'The API did not take this.' },
  { status: 429, code: 'guard.rate_limited', message: 'Slow down', words: 'Try again in 7 s.' },
  { status: 503, code: 'service.unavailable', message: 'The database is away', words: 'The database is away.' },
  { status: 500, code: 'server.internal', message: 'Broken', words: 'Something failed inside Signalbox.' },
  { status: 502, code: 'none', message: '', words: 'A part of Signalbox is away for the moment.' },
];

describe('when a call fails', () => {
  it('says that the API is away, keeps what was entered, and goes on when it is back', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await page.route('**/api/event-types', async (route) => route.abort());
    await visitor.signIn();
    await page.getByRole('button', { name: 'Create webhook' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The API cannot be reached.').waitFor();
    await dialog.getByLabel('Name').fill('Kept while away');
    await page.unroute('**/api/event-types');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByLabel('PostSignIn', { exact: true }).press('Space');
    await dialog.getByLabel('Endpoint URL').fill('https://example.com/');
    await page.route('**/api/hooks', async (route) => route.abort());
    await dialog.getByRole('button', { name: 'Create webhook' }).click();
    await dialog.getByText('it is done once, however often it is sent').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.unroute('**/api/hooks');
    await dialog.getByRole('button', { name: 'Create webhook' }).click();
    await page.getByRole('heading', { name: 'Kept while away' }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('asks to sign in again over the page when the credential has ended, and loses nothing', async () => {
    const { id } = await aWebhook();
    const made = await api.call<{ id: string; key: string }>('POST', '/api/api-keys', 201, {
      name: 'to be revoked',
      scopes: ['webhooks:read', 'webhooks:write'],
    });
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`, made.key);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Typed before it ended');
    await api.call('DELETE', `/api/api-keys/${made.id}`, 204);
    await page.getByRole('button', { name: 'Save changes' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByLabel('API key').fill(run.apiKey);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Typed before it ended');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('heading', { name: 'Typed before it ended' }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('says in words what each refusal of a save means, and keeps what was typed', async () => {
    const { id } = await aWebhook();
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`);
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await name.fill('Will not be saved');
    for (const { status, code, message, words } of REFUSALS) {
      await page.route(`**/api/hooks/${id}`, async (route) =>
        route.request().method() === 'PATCH' ? route.fulfill(answered(status, { code, message })) : route.fallback(),
      );
      await page.getByRole('button', { name: 'Save changes' }).click();
      await page.getByRole('alert').getByText(words).waitFor();
      expect(await name.inputValue()).toBe('Will not be saved');
      await page.unroute(`**/api/hooks/${id}`);
    }
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('heading', { name: 'Will not be saved' }).waitFor();
    expect(await page.getByRole('main').getByRole('alert').allTextContents()).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });

  it('says at the field what the API does not take of it', async () => {
    const { id } = await aWebhook();
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`);
    const url = page.getByLabel('Endpoint URL');
    await url.fill('https://10.0.0.1/inside');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page
      .getByText(/private/)
      .last()
      .waitFor();
    await waitFor(async () => (await url.getAttribute('aria-invalid')) === 'true', { what: 'the field to be marked' });
    expect(await page.getByRole('main').getByRole('alert').allTextContents()).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);

    const details = [{ field: 'config.timeoutMs', why: 'the operator allows 5 s at most' }];
    await page.route(`**/api/hooks/${id}`, async (route) =>
      route.request().method() === 'PATCH'
        ? route.fulfill(answered(422, { code: 'entity.invalid_input', message: 'Not taken', details }))
        : route.fallback(),
    );
    await url.fill('https://example.com/outside');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('the operator allows 5 s at most').waitFor();
    expect(await page.getByLabel('Timeout (seconds)').getAttribute('aria-invalid')).toBe('true');
    expect(visitor.complaints).toEqual([]);
  });

  it('says a word when an answer takes long, and shows it when it comes', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn('/api-keys');
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    await page.route('**/api/hooks?*', async (route) => {
      await mayGoOn;
      await route.fallback();
    });
    await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
    await page.getByText('This takes longer than usual.').waitFor();
    goOn();
    await page.getByLabel('Search by name, URL or id').waitFor();
    await page.getByText('This takes longer than usual.').waitFor({ state: 'detached' });
    expect(visitor.complaints).toEqual([]);
  });
});

describe('with little scope', () => {
  it('hides what may not be done, and says what is lacking where an address leads there', async () => {
    const { id } = await aWebhook();
    const { key } = await api.call<{ key: string }>('POST', '/api/api-keys', 201, {
      name: 'reader',
      scopes: ['webhooks:read'],
    });
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`, key);
    await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).isDisabled()).toBe(true);
    const hidden = ['More actions', 'Regenerate', 'Add a header', 'Save changes'];
    for (const name of hidden) expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0]);
    for (const name of ['Operations', 'API keys', 'Recent requests', 'Health'])
      expect([name, await page.getByRole('link', { name }).count()]).toEqual([name, 0]);
    await visitor.goTo('/api-keys');
    await page.getByText('Your credential lacks the scope ops:read.').waitFor();
    const reader = new ApiClient({ ...run, apiKey: key });
    await reader.call('PATCH', `/api/hooks/${id}`, 403, { name: 'Changed by a reader' });
    expect(visitor.complaints).toEqual([]);
  });
});
