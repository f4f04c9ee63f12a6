import { describe, expect, it } from '@jest/globals';
import { accessibilityFaults } from './support/accessibility.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { DeliveryScene } from './support/delivery-scene.ts';

describe('the health of a webhook', () => {
  it('tells rate, latency and errors, and has a table for each chart', async () => {
    await using scene = await DeliveryScene.set('Half well', {
      events: ['OrganizationRole.Data.Updated', 'Organization.Deleted'],
    });
    scene.receiver.answerBy(({ body }) => (body.includes('"Organization.Deleted"') ? 404 : 200));
    await scene.publish([
      'OrganizationRole.Data.Updated',
      'OrganizationRole.Data.Updated',
      'OrganizationRole.Data.Updated',
      'Organization.Deleted',
    ]);
    await scene.untilLogged(3, 'succeeded');
    await scene.untilLogged(1, 'failed');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${scene.webhook.id}/health`);
    await page.getByText('3 of 4 that ended').waitFor();
    await page.getByLabel('The last 24 hours').getByText('75%').waitFor();
    await page.getByText('Refused by status').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('button', { name: /Time shown in charts/ }).click();
    await page.getByRole('option', { name: 'Last hour' }).click();
    await page.waitForURL(/range=1h/);
    for (const title of ['Requests by time', 'Success rate by time', 'Latency by time']) {
      const card = page.getByRole('region', { name: title });
      await card.getByRole('img', { name: title }).waitFor();
      await card.getByRole('button', { name: 'As table' }).press('Enter');
      await card.getByRole('table', { name: title }).getByRole('row').nth(1).waitFor();
    }
    await page.getByRole('table', { name: 'Success rate by time' }).getByText('75%').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Show failed requests' }).click();
    await page.getByRole('link', { name: 'Organization.Deleted, Failed: show details' }).waitFor();

    // The list's filter finds it by the colour of its tag.
    await visitor.goTo(`/webhooks?search=${scene.webhook.id}&health=degraded`);
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: /Health/ }).click();
    await page.getByRole('option', { name: 'Failing (below 90 %)' }).click();
    await page.waitForURL(/health=failing/);
    await page.getByRole('row').filter({ hasText: 'Half well' }).getByText('75%').waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('tells why nothing goes out, until when, and how that came', async () => {
    await using scene = await DeliveryScene.set('Away', { events: ['OrganizationRole.Data.Updated'], isAway: true });
    await scene.publish(Array.from({ length: 8 }, () => 'OrganizationRole.Data.Updated'));
    await scene.untilLogged(3, 'waiting');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${scene.webhook.id}/health`);
    const card = page.getByRole('region', { name: 'Sending' });
    await card.getByText('Requests wait until the endpoint answers again.').waitFor();
    await card.getByText('Paused since').waitFor();
    await card
      .getByRole('table', { name: 'Changes in the last 24 hours' })
      .getByText('5 attempts in a row got no answer')
      .waitFor();
    await page.getByRole('link', { name: 'Recent requests' }).click();
    await page.getByRole('link', { name: 'OrganizationRole.Data.Updated, Waiting: show details' }).first().click();
    await page
      .getByRole('dialog')
      .getByText(/requests to it are paused · since .* · 5 attempts in a row got no answer · the next one/)
      .first()
      .waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });

  it('says so where nothing was sent', async () => {
    await using scene = await DeliveryScene.set('Unused', { events: ['OrganizationRole.Data.Updated'] });
    await using visitor = await ConsoleVisitor.arrive();
    await visitor.signIn(`/webhooks/${scene.webhook.id}/health`);
    await visitor.page.getByText('Nothing was sent in the last 24 hours.').waitFor();
    expect(await accessibilityFaults(visitor.page)).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  });
});
