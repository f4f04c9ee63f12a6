import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { accessibilityFaults } from './support/accessibility.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { DeliveryScene } from './support/delivery-scene.ts';
import { escapeFrom } from './support/escape.ts';

const HOSTILE = '<img src=x onerror="document.title=\'taken over\'">';

interface Letter {
  readonly id: string;
  readonly message: string;
  readonly status: string;
  readonly by: string | null;
}

async function letterWith(scene: DeliveryScene, text: string): Promise<Letter> {
  return waitFor(
    async () => {
      const path = '/api/ops/dead-letters?limit=100';
      const { deadLetters } = await scene.api.call<{ deadLetters: readonly Letter[] }>('GET', path, 200);
      return deadLetters.find(({ message }) => message.includes(text));
    },
    { what: `a dead letter that says ${text}`, everyMs: 100 },
  );
}

describe('operations', () => {
  it('show dead letters as text, put one back, and say who was faster', async () => {
    await using scene = await DeliveryScene.set('Dead letters', { events: ['OrganizationRole.Created'] });
    await scene.publishText(JSON.stringify({ event: 'Unheard.Of', html: HOSTILE }), { 'x-secret': 'very-secret' });
    await scene.publishText(JSON.stringify({ event: 'Unheard.Too' }));
    const first = await letterWith(scene, 'Unheard.Of');
    const second = await letterWith(scene, 'Unheard.Too');

    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn('/operations/dead-letters?status=open');
    await page.getByRole('button', { name: /Reason/ }).click();
    await page.getByRole('option', { name: 'Unknown event' }).click();
    await page.waitForURL(/reason=unknown-event/);
    const row = page.getByRole('row').filter({ hasText: 'Unheard.Of' });
    await row.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await row.getByRole('link').press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Dead letter' });
    await drawer.getByText('onerror').waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    await drawer.getByText('x-secret: ***').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await drawer.getByRole('button', { name: 'Redrive' }).click();
    await page.getByRole('dialog', { name: 'Put it back' }).getByRole('button', { name: 'Redrive' }).click();
    await drawer.getByText(/^Redriven by /).waitFor();
    expect((await letterWith(scene, 'Unheard.Of')).id).not.toBe(first.id);
    expect(await scene.api.call('GET', `/api/ops/dead-letters/${first.id}`, 200)).toMatchObject({ status: 'redriven' });
    await escapeFrom(drawer);

    await page.getByRole('row').filter({ hasText: 'Unheard.Too' }).getByRole('link').click();
    await drawer.getByRole('button', { name: 'Drop' }).waitFor();
    await scene.api.call('POST', `/api/ops/dead-letters/${second.id}/drop`, 200);
    await drawer.getByRole('button', { name: 'Drop' }).click();
    const confirm = page.getByRole('dialog', { name: 'Settle it for good?' });
    await confirm.getByRole('button', { name: 'Drop' }).click();
    await confirm.getByText('It was not settled. This cannot be done now.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await confirm.getByRole('button', { name: 'Cancel' }).click();
    await drawer.getByText(/^Dropped by /).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('tell which webhooks are in trouble and lead to them, and how far behind each consumer is', async () => {
    await using scene = await DeliveryScene.set(`In trouble ${Date.now()}`, { events: ['OrganizationRole.Created'] });
    scene.receiver.answer({ status: 400 });
    await scene.publish(Array.from({ length: 9 }, () => 'OrganizationRole.Created'));
    await scene.untilLogged(9, 'failed');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn('/operations');
    const row = page.getByRole('row').filter({ hasText: scene.webhook.id });
    await row.getByText('0%', { exact: true }).waitFor();
    await page.getByRole('button', { name: /Order/ }).click();
    await page.getByRole('option', { name: 'Most requests first' }).click();
    await page.waitForURL(/sort=volume/);
    await row.waitFor();
    await page.getByRole('button', { name: /Order/ }).click();
    await page.getByRole('option', { name: 'Longest undelivered first' }).click();
    await page.waitForURL(/sort=lag/);
    await row.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('link', { name: 'Consumer lag' }).click();
    const roles = page.getByRole('table', { name: 'By role' });
    for (const role of ['Router', 'Sender', 'Scheduler', 'Projector']) await roles.getByText(role).first().waitFor();
    await page.getByText('Only those behind').click();
    await page.waitForURL(/all=true/);
    await page.getByRole('table', { name: 'By partition' }).getByText('deliveries').first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('link', { name: 'Webhooks', exact: true }).last().click();
    await row.getByRole('link').click();
    await page.getByRole('heading', { name: scene.webhook.name, level: 1 }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });
});
