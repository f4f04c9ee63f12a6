import { describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { DeliveryScene } from './support/delivery-scene.ts';
import { escapeFrom } from './support/escape.ts';

const HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const api = new ApiClient(consoleTestSystem().run);

/** An event with the text in every field that a publisher fills, in keys too. */
function hostileEvent(event: string): object {
  const fields = ['createdAt', 'userAgent', 'ip', 'sessionId', 'userId', 'userIp', 'path', 'method', 'matchedRoute'];
  const ofPerson = ['id', 'username', 'primaryEmail', 'primaryPhone', 'name', 'avatar'];
  const hostile = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, HOSTILE]));
  return {
    event,
    ...hostile([...fields, HOSTILE]),
    params: hostile(['id']),
    data: [HOSTILE, hostile([HOSTILE])],
    user: { ...hostile(ofPerson), customData: hostile([HOSTILE]) },
    application: hostile(['id', 'name', 'description']),
  };
}

describe('texts that would be HTML', () => {
  it('are shown as texts wherever the page shows what somebody else wrote', async () => {
    const type = `Hostile.E${Date.now()}`;
    await api.call('POST', '/api/event-types', 201, {
      name: type,
      group: '<img src=x onerror="window.hacked=1">',
      description: HOSTILE,
      example: { event: type, data: { name: HOSTILE } },
    });
    await using scene = await DeliveryScene.set(HOSTILE, {
      events: [type],
      config: { headers: { 'x-hostile': HOSTILE } },
    });
    const { id } = scene.webhook;
    scene.receiver.answer({
      status: 500,
      body: HOSTILE,
      headers: { 'content-type': 'text/html', 'x-answer': HOSTILE },
    });
    await scene.publishText(JSON.stringify(hostileEvent(type)), { 'event-id': HOSTILE });
    const [delivery] = await scene.untilLogged(1, 'retrying');
    await api.changeWebhook(id, {
      name: `${HOSTILE} again`,
      config: { ...scene.webhook.config, url: `${scene.receiver.url}?q=${encodeURIComponent(HOSTILE)}` },
    });
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
    await visitor.goTo(`/webhooks/${id}/requests?open=${delivery?.id}`);
    const drawer = page.getByRole('dialog', { name: 'Request' });
    await drawer.getByRole('figure', { name: 'Body of the request' }).getByText('"matchedRoute"').waitFor();
    await drawer.getByText(HOSTILE, { exact: true }).first().waitFor();
    await expectShown();
    await escapeFrom(drawer);
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('Renamed').waitFor();
    await expectShown();
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor();
    await expectShown();
    expect(visitor.complaints).toEqual([]);
  }, 120_000);
});
