import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { waitFor } from '@signalbox/testing';
import type { Page } from 'playwright-core';
import { accessibilityFaults } from './support/accessibility.ts';
import { ApiClient } from '../support/api-client.ts';
import { copiedBy } from './support/clipboard.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { DeliveryScene } from './support/delivery-scene.ts';
import { escapeFrom } from './support/escape.ts';
import { resendUntil } from './support/resend.ts';

const HOSTILE = '<img src=x onerror="document.title=\'taken over\'">';
const retriedAfterMs = (...delaysMs: readonly number[]) => ({
  retryPolicy: { preset: 'logto', delaysMs, maxAgeMs: 3_600_000 },
});

const FRAMES = 60;
/** Nine rows a frame, as somebody who turns the wheel fast. */
const STEP_PX = 400;
/** Of the processor's time, so that it says the same beside other tests; on a machine of a person it is a fraction of it. */
const SMOOTH_FRAME_MS = 100;

/** In the page: scrolls up from the end, frame by frame, and answers how far it came. */
const SCROLL_UP = `(async () => {
  const list = document.querySelector('.table-box--virtual');
  list.scrollTo(0, list.scrollHeight);
  const from = list.scrollTop;
  for (let frame = 0; frame < ${FRAMES}; frame++) {
    list.scrollBy(0, -${STEP_PX});
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return from - list.scrollTop;
})()`;

/** What the page's thread computes for a frame while one scrolls through the list, in ms. */
async function frameOfScrolling(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busySeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  const before = await busySeconds();
  // Rows that are measured on the way may move the place by some pixels.
  expect(await page.evaluate<number>(SCROLL_UP)).toBeGreaterThan(FRAMES * STEP_PX * 0.9);
  return ((await busySeconds()) - before) * (1_000 / FRAMES);
}

describe('recent requests', () => {
  it('are filtered by the address; one opens with every attempt, its wait and its answer, all of it as text', async () => {
    await using scene = await DeliveryScene.set('Filtered', {
      events: ['TrustedDevice.Created', 'Role.Created', 'Scope.Created'],
      config: { headers: { 'x-api-token': 'very-secret' }, ...retriedAfterMs(1_000) },
    });
    scene.receiver.answerBy(({ body, number }) => {
      const { event } = JSON.parse(body.toString()) as { readonly event: string };
      if (event === 'Scope.Created') return { status: 400, body: HOSTILE };
      return event === 'Role.Created' && number <= 3 ? { status: 503, body: 'busy' } : 200;
    });
    await scene.publish(['TrustedDevice.Created', 'Role.Created', 'Scope.Created'], { data: { [HOSTILE]: HOSTILE } });
    await scene.untilLogged(2, 'succeeded');
    await scene.untilLogged(1, 'failed');

    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${scene.webhook.id}/requests`);
    await page.getByRole('link', { name: 'Role.Created, Succeeded: show details' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(4);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('button', { name: /Status/ }).click();
    await page.getByRole('option', { name: 'Failed' }).click();
    await page.waitForURL(/state=failed/);
    await page.getByRole('link', { name: 'Role.Created' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Scope.Created, Failed: show details' }).press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Request' });
    await drawer.getByText(HOSTILE).first().waitFor();
    await drawer.getByText('very-secret').waitFor({ state: 'detached' });
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(await page.title()).not.toBe('taken over');
    await escapeFrom(drawer);
    await page.waitForURL((url) => url.searchParams.get('open') === null);

    await page.getByRole('button', { name: 'Clear filters' }).click();
    const isListed = async (event: string, isThere: boolean): Promise<void> =>
      page.getByRole('link', { name: `${event}, ` }).waitFor({ state: isThere ? 'visible' : 'detached' });
    for (const [filter, option, parameter] of [
      ['Answer', '4xx refused', /answer=4xx/],
      ['Event', 'Scope.Created', /event=Scope\.Created/],
      ['Time', 'Last 15 minutes', /period=15m/],
    ] as const) {
      await page.getByRole('button', { name: new RegExp(`^${filter}|${filter}$`) }).click();
      await page.getByRole('option', { name: option, exact: true }).click();
      await page.waitForURL(parameter);
      await isListed('Scope.Created', true);
    }
    await isListed('TrustedDevice.Created', false);
    await visitor.goTo(`/webhooks/${scene.webhook.id}/requests?to=${Date.now() - 3_600_000}`);
    await page.getByText('No request fits these filters.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).first().click();
    await isListed('TrustedDevice.Created', true);
    await page.getByLabel('Delivery or event id').fill(`${scene.webhook.id}-2`);
    await page.waitForURL(/id=/);
    await page.getByRole('link', { name: 'Scope.Created' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Role.Created, Succeeded: show details' }).click();
    await drawer.getByText('Attempt 2').waitFor();
    await drawer.getByText('failed, is tried again').waitFor();
    await drawer.getByText(/^(\d\.?\d* sec|\d+ ms) later$/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    const address = page.url();
    await using colleague = await ConsoleVisitor.arrive();
    await colleague.signIn(address);
    await colleague.page.getByRole('dialog', { name: 'Request' }).getByText('Attempt 2').waitFor();
    expect([...visitor.complaints, ...colleague.complaints]).toEqual([]);
  });

  it('are copied as a curl command that a shell sends with the same body, and with no secret in it', async () => {
    await using scene = await DeliveryScene.set('Copied', {
      events: ['TrustedDevice.Created'],
      config: { headers: { authorization: 'Bearer very-secret' } },
    });
    await scene.publish(['TrustedDevice.Created'], { data: { text: "it's $(id) `id` \\ Zoë" } });
    const [sent] = await scene.untilLogged(1, 'succeeded');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${scene.webhook.id}/requests?open=${sent?.id}`);
    const command = await copiedBy(page.getByRole('button', { name: 'Copy as curl' }), /^curl /);
    await page.getByText('Copied as curl').first().waitFor();
    expect(command).not.toContain('very-secret');
    expect(command).toContain('authorization: ***');
    const words = execFileSync('/bin/sh', ['-c', command.replace(/^curl /, String.raw`printf '%s\0' `)]).toString();
    expect(words.split('\0')).toContain(scene.receiver.requests[0]?.body.toString());
    expect(visitor.complaints).toEqual([]);
  });

  it('come in live, counted beside the list, and move nothing until they are asked for', async () => {
    await using scene = await DeliveryScene.set('As it happens', {
      events: ['TrustedDevice.Created', 'TrustedDevice.Deleted'],
    });
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${scene.webhook.id}/requests`);
    await page.getByText('No request in the last 24 hours').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await scene.publish(['TrustedDevice.Created']);
    const first = page.getByRole('link', { name: 'TrustedDevice.Created, Succeeded: show details' });
    await first.waitFor();
    const placeBefore = await first.boundingBox();
    await scene.publish(['TrustedDevice.Created', 'TrustedDevice.Deleted', 'TrustedDevice.Deleted']);
    await page.getByRole('button', { name: '2 new requests' }).waitFor();
    expect(await first.boundingBox()).toEqual(placeBefore);
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByRole('button', { name: '2 new requests' }).press('Enter');
    await page.getByRole('link', { name: 'TrustedDevice.Deleted' }).nth(1).waitFor();
    expect(await page.getByRole('row').count()).toBe(4);
    expect(visitor.complaints).toEqual([]);
  });

  it('are resent one by one, and one that is under way says so and until when', async () => {
    await using scene = await DeliveryScene.set('Resent', {
      events: ['TrustedDevice.Created', 'Role.Created'],
      config: retriedAfterMs(600_000),
    });
    scene.receiver.answerBy(({ number, body }) => {
      if (body.includes('"Role.Created"')) return 503;
      return number <= 2 ? { status: 400, body: 'no' } : 200;
    });
    await scene.publish(['TrustedDevice.Created', 'Role.Created']);
    const [failed] = await scene.untilLogged(1, 'failed');
    const [retrying] = await scene.untilLogged(1, 'retrying');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${scene.webhook.id}/requests?open=${retrying?.id}`);
    const drawer = page.getByRole('dialog', { name: 'Request' });
    await resendUntil(drawer.getByRole('button', { name: 'Resend' }), drawer.getByText('It is still under way.'));
    await drawer.getByText(/The next attempt follows at .*2\d{3}/).waitFor();
    await drawer.getByText('Next attempt at').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await escapeFrom(drawer);

    await page.getByRole('link', { name: 'TrustedDevice.Created, Failed: show details' }).click();
    const told = page.getByText('It is sent again now, with the same id.');
    await resendUntil(drawer.getByRole('button', { name: 'Resend' }), told);
    await drawer.getByText('Resend 1').waitFor();
    await drawer.getByText('Succeeded', { exact: true }).waitFor();
    const ids = scene.receiver.requests.map(({ headers }) => headers['webhook-id']);
    expect(ids.filter((id) => id === failed?.id)).toHaveLength(2);
    await escapeFrom(drawer);
    await page.getByRole('link', { name: 'TrustedDevice.Created, Succeeded: show details' }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('are resent in bulk: counted first, at a rate, with progress, until it is cancelled', async () => {
    await using scene = await DeliveryScene.set('In bulk', { events: ['TrustedDevice.Created'] });
    scene.receiver.answer({ status: 400, body: 'no' });
    await scene.publish(Array.from({ length: 40 }, () => 'TrustedDevice.Created'));
    await scene.untilLogged(40, 'failed');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${scene.webhook.id}/requests`);
    await page.getByRole('button', { name: 'Resend many' }).click();
    const dialog = page.getByRole('dialog', { name: 'Resend requests' });
    await dialog.getByText('40 requests match.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByLabel('At most, per second').fill('1');
    await page.keyboard.press('Tab');
    await dialog.getByText('At this rate it takes about 40 sec.').waitFor();
    await resendUntil(
      dialog.getByRole('button', { name: 'Resend 40 requests' }),
      page.getByText('The resend has begun.'),
    );
    await page.getByText(/^[1-9]\d? of 40 sent again$/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel the resend' }).click();
    await page.getByText('Cancelled', { exact: true }).waitFor();
    const path = `/api/hooks/${scene.webhook.id}/resends`;
    const { data } = await scene.api.call<{ data: { state: string; counts: { resent: number } }[] }>('GET', path, 200);
    expect(data).toMatchObject([{ state: 'cancelled' }]);
    expect(data[0]?.counts.resent).toBeLessThan(40);
    expect(visitor.complaints).toEqual([]);
  });

  it('say when the API is away, and are there when it is back', async () => {
    await using scene = await DeliveryScene.set('Away', { events: ['TrustedDevice.Created'] });
    await scene.publish(['TrustedDevice.Created']);
    await scene.untilLogged(1, 'succeeded');
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await page.route('**/deliveries?*', async (route) => route.abort());
    await visitor.signIn(`/webhooks/${scene.webhook.id}/requests`);
    await page.getByText('The API cannot be reached.').waitFor();
    await page.unroute('**/deliveries?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'TrustedDevice.Created, Succeeded: show details' }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  it('are 10,000 in a list that holds only those in sight, and scrolls on without an end', async () => {
    const { id: hookId } = await new ApiClient(consoleTestSystem().run).createWebhook({
      name: 'Many',
      events: ['TrustedDevice.Created'],
      enabled: false,
      config: { url: 'https://example.com/' },
    });
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    const pageOf = (number: number) => ({
      data: Array.from({ length: 2_000 }, (_, index) => ({
        id: `00000000-0000-4000-8000-${String(number * 2_000 + index).padStart(12, '0')}`,
        hookId,
        event: `Own.Event.${number * 2_000 + index + 1}`,
        state: index % 7 === 0 ? 'failed' : 'succeeded',
        attempts: 1,
        rounds: 1,
        statusCode: 200,
        durationMs: index,
        createdAt: Date.now() - number * 2_000 - index,
      })),
      ...(number < 4 && { nextCursor: String(number + 1) }),
    });
    let isAway = true;
    await page.route('**/deliveries?*', async (route) => {
      const cursor = new URL(route.request().url()).searchParams.get('cursor') ?? '0';
      if (isAway && cursor === '1') await route.abort();
      else await route.fulfill({ json: pageOf(Number(cursor)) });
    });
    await visitor.signIn(`/webhooks/${hookId}/requests`);
    const list = page.getByRole('group', { name: 'Requests' });
    // What fails on the way is said once, where it was asked for, and what is there stays.
    await waitFor(
      async () => {
        await list.press('End');
        return page.getByText('The API cannot be reached.').isVisible();
      },
      { what: 'the second page to be asked for', timeoutMs: 30_000, everyMs: 200 },
    );
    expect(await page.getByText('The API cannot be reached.').count()).toBe(1);
    isAway = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The API cannot be reached.').waitFor({ state: 'detached' });
    // A press while the browser still scrolls to the end it knew before ends there: as a person does, press again.
    await waitFor(
      async () => {
        await list.press('End');
        return page.getByRole('link', { name: /^Own\.Event\.10000,/ }).isVisible();
      },
      { what: 'the last of 10,000 requests to be in sight', timeoutMs: 60_000, everyMs: 200 },
    );
    await page.getByText('10,000 shown. There are no more.').waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    const frameMs = await frameOfScrolling(page);
    console.log(`10,000 rows: a frame while scrolling takes ${frameMs.toFixed(1)} ms of the processor`);
    expect(frameMs).toBeLessThan(SMOOTH_FRAME_MS);
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    expect(visitor.complaints).toEqual([]);
  }, 150_000);
});
