import { describe, expect, it } from '@jest/globals';
import { ApiClient, type Webhook } from '../support/api-client.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { rowsOf } from './support/database.ts';

const api = new ApiClient(consoleTestSystem().run);
const aWebhookCalled = async (name: string): Promise<Webhook> =>
  api.createWebhook({ name, events: ['PostSignIn'], config: { url: 'https://example.com/hook' } });

const rowOf = async (id: string): Promise<object | undefined> =>
  (await rowsOf<object>('SELECT name, url, events, policy FROM config.webhook WHERE id = $1', [id]))[0];

describe('the settings of a webhook', () => {
  it('are changed with a bar that saves or discards, and faults are said at their rows', async () => {
    const { id } = await aWebhookCalled('Before');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Discarded');
    await page.getByText('You have unsaved changes.').waitFor();
    await page.getByText('Changed: Name', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Before');

    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('After');
    for (const [index, name] of ['X-Token', 'x-token'].entries()) {
      await page.getByRole('button', { name: 'Add a header' }).click();
      const row = page
        .getByRole('listitem')
        .filter({ has: page.getByLabel('Value') })
        .nth(index);
      await row.getByLabel('Name').fill(name);
      await row.getByLabel('Value').fill('secret');
    }
    await page.getByText('There is a header of this name already').waitFor();
    await page.getByLabel('Own schedule').press('Space');
    await page.getByLabel('Waits between tries').fill('soon');
    await page.getByLabel('Timeout (seconds)').fill('31');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Correct the marked fields first.').waitFor();
    await page.getByText('To correct: Custom headers, Retries, Timeout', { exact: true }).waitFor();
    await page.getByText('Write 1 to 12 durations').waitFor();
    await page.getByText('Enter a number of seconds from 1 to 30.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Remove x-token', exact: true }).click();
    await page.getByLabel('Waits between tries').fill('10s, 1m');
    await page.getByLabel('Timeout (seconds)').fill('7');
    await page.getByLabel('Rate limit (requests per second)').fill('50');
    await page.getByLabel('Rate limit (requests per second)').blur();
    // What is typed while a save is under way is saved with the next one.
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    await page.route(`**/api/hooks/${id}`, async (route) => {
      if (route.request().method() === 'PATCH') await mayGoOn;
      await route.fallback();
    });
    const sent = page.waitForRequest((each) => each.method() === 'PATCH');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await sent;
    const name = page.getByLabel('Name *');
    await name.fill('After that');
    goOn();
    await page.getByRole('heading', { name: 'After', exact: true, level: 1 }).waitFor();
    expect(await name.inputValue()).toBe('After that');
    await name.fill('After');
    await page.getByText('You have unsaved changes.').waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'After', level: 1 }).waitFor();
    expect(await api.call('GET', `/api/hooks/${id}`, 200)).toMatchObject({
      name: 'After',
      config: {
        url: 'https://example.com/hook',
        headers: { 'X-Token': 'secret' },
        timeoutMs: 7_000,
        rateLimitPerSecond: 50,
        retryPolicy: { preset: 'logto', delaysMs: [10_000, 60_000], maxAgeMs: 259_200_000 },
      },
    });
    expect(await rowOf(id)).toMatchObject({ name: 'After' });
    expect(visitor.complaints).toEqual([]);
  });

  it('are kept over the tabs, and not left unsaved without a question', async () => {
    const { id } = await aWebhookCalled('Guarded');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`);
    // Saved from another tab, it is checked as a whole, and what is wrong is shown where it can be put right.
    await page.getByLabel('Timeout (seconds)').fill('31');
    await page.getByLabel('Timeout (seconds)').blur();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Enter a number of seconds from 1 to 30.').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/webhooks/${id}/settings`);
    await page.getByLabel('Timeout (seconds)').fill('10');
    await page.getByLabel('Timeout (seconds)').blur();
    await page.getByText('You have unsaved changes.').waitFor({ state: 'detached' });

    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Not saved');
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('You have unsaved changes.').waitFor();
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Stay' }).click();
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page
      .getByRole('dialog', { name: 'Sign out without saving?' })
      .getByRole('button', { name: 'Cancel' })
      .click();
    await page.getByRole('link', { name: 'Settings' }).click();
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('Not saved');
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
    expect(await rowOf(id)).toMatchObject({ name: 'Guarded' });
  });

  it('that somebody else saved meanwhile are shown beside one’s own, and merged as chosen', async () => {
    const { id } = await aWebhookCalled('Shared');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Mine');
    await page.getByLabel('Timeout (seconds)').fill('20');
    await page.getByLabel('Timeout (seconds)').blur();
    await api.changeWebhook(id, { name: 'Theirs', events: ['PostSignIn', 'PostRegister'] });
    await page.getByRole('button', { name: 'Save changes' }).click();

    const dialog = page.getByRole('dialog', { name: 'Both of you changed this webhook' });
    await dialog.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByText('Changed by somebody else, and taken over: Events').waitFor();
    await dialog.getByText('Changed by you, and kept: Timeout').waitFor();
    await dialog.getByLabel('Yours').press('Space');
    await dialog.getByRole('button', { name: 'Take these values' }).click();
    expect(await rowOf(id)).toMatchObject({ name: 'Theirs' });
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('heading', { name: 'Mine', level: 1 }).waitFor();
    expect(await api.call('GET', `/api/hooks/${id}`, 200)).toMatchObject({
      name: 'Mine',
      events: ['PostSignIn', 'PostRegister'],
      config: { timeoutMs: 20_000 },
    });

    // A new key is none of the settings: nobody has to look at it first.
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Mine again');
    await api.call('PATCH', `/api/hooks/${id}/signing-key`, 200, {});
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('heading', { name: 'Mine again', level: 1 }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });
});

describe('a webhook whose secrets cannot be opened', () => {
  it('is marked in the list, and says instead of its settings why they can be neither shown nor saved', async () => {
    const { id } = await aWebhookCalled('Sealed for good');
    await rowsOf(
      `UPDATE config.webhook SET headers = '[{"name": "x-token", "sealedValue": "v1.gone.AAAA"}]' WHERE id = $1`,
      [id],
    );
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks?search=${id}`);
    await page.getByRole('row').getByText('Secrets not readable').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Sealed for good' }).click();
    await page.getByRole('alert').getByText('The secrets of this webhook cannot be opened.').waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Save changes' }).count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    // Who sends back to the API what the list told him deletes no header by that.
    const config = { url: 'https://example.com/hook', timeoutMs: 2_000 };
    await api.call('PATCH', `/api/hooks/${id}`, 400, { config });
    const [{ headers } = {}] = await rowsOf<{ headers?: unknown }>('SELECT headers FROM config.webhook WHERE id = $1', [
      id,
    ]);
    expect(headers).toHaveLength(1);
    await api.deleteWebhook(id);
    expect(visitor.complaints).toEqual([]);
  });
});

describe('the signing key', () => {
  it('is regenerated with the overlap that was chosen, and the old one is listed until it ends', async () => {
    const { id, signingKey } = await aWebhookCalled('Rotated');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`);
    await page.getByRole('button', { name: 'Regenerate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('7 days').press('Space');
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Regenerate' }).click();
    await page.getByText('Older keys that still sign').waitFor();
    const { keys } = await api.call<{
      keys: { signingKey: string; honouredUntil: number | null; createdAt: number }[];
    }>('GET', `/api/hooks/${id}/signing-keys`, 200);
    expect(keys.map((key) => key.signingKey)).toEqual([expect.not.stringMatching(signingKey), signingKey]);
    expect(Number(keys[1]?.honouredUntil) - Number(keys[0]?.createdAt)).toBeCloseTo(604_800_000, -4);
    await page.getByText(`${signingKey.slice(0, 4)}…${signingKey.slice(-2)}`).waitFor();
    expect(visitor.complaints).toEqual([]);
  });
});
