import { describe, expect, it } from '@jest/globals';
import { ReceiverServer } from '@signalbox/testing';
import { ApiClient } from '../support/api-client.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';

const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const api = new ApiClient(consoleTestSystem().run);

describe('texts that would be HTML', () => {
  it('are shown as texts wherever the page shows what somebody else wrote', async () => {
    await using stack = new AsyncDisposableStack();
    const receiver = await ReceiverServer.start();
    stack.defer(async () => receiver.close());
    receiver.answer({ status: 500, body: HOSTILE, headers: { 'content-type': 'text/html' } });
    const type = `Hostile.E${Date.now()}`;
    await api.call('POST', '/api/event-types', 201, {
      name: type,
      group: '<img src=x onerror="window.hacked=1">',
      description: HOSTILE,
      example: { event: type, data: { name: HOSTILE } },
    });
    const { id } = await api.createWebhook({
      name: HOSTILE,
      events: [type],
      config: { url: `${receiver.url}?q=${encodeURIComponent(HOSTILE)}`, headers: { 'x-hostile': HOSTILE } },
    });
    await api.changeWebhook(id, { name: `${HOSTILE} again` });
    await api.call('POST', '/api/api-keys', 201, { name: HOSTILE, scopes: ['webhooks:read'] });

    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    const expectShown = async (): Promise<void> => {
      await page.getByText('<img src=x onerror').first().waitFor();
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(await page.locator('img[src="x"]').count()).toBe(0);
    };
    await visitor.signIn(`/webhooks?search=${encodeURIComponent('<img')}`);
    await expectShown();
    await page.getByRole('row').getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: HOSTILE }).waitFor();
    await page.getByRole('button', { name: `Example payload of ${type}` }).click();
    await expectShown();
    await page.getByRole('link', { name: 'Test', exact: true }).click();
    await page.getByRole('button', { name: 'Send 1 test payload' }).click();
    await page.getByRole('figure', { name: 'Answer' }).getByText('<img src=x onerror').waitFor();
    await expectShown();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('Renamed').waitFor();
    await expectShown();
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
    await expectShown();
    expect(visitor.complaints).toEqual([]);
  });
});
