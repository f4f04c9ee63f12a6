import { expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import type { Page } from 'playwright-core';
import { ApiClient } from '../support/api-client.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';
import { DeliveryScene } from './support/delivery-scene.ts';
import { escapeFrom } from './support/escape.ts';

const { run } = consoleTestSystem();
const MAX_STEPS = 150;

/** In the page: what has the focus, by its accessible name, and whether a ring is drawn on it, around it or inside it. */
const FOCUSED = `(() => {
  const focused = document.activeElement;
  const by = focused.getAttribute('aria-labelledby') ?? '';
  const labels = by.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();
  const name = focused.getAttribute('aria-label') ?? (labels || focused.textContent || focused.labels?.[0]?.textContent || '');
  const near = [focused, focused.parentElement, focused.closest('label')].filter(Boolean);
  const hasRing = near.flatMap((each) => [each, ...each.querySelectorAll('*')]).some((each) =>
    [null, '::after'].some((part) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each, part);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
    }),
  );
  return { name, hasRing, isPage: focused === document.body };
})()`;

const IS_IN_LIST = `['menuitem', 'option'].includes(document.activeElement.getAttribute('role'))`;

/** In the page: whether what has the focus is in sight, with nothing over it. */
const IS_UNCOVERED = `(() => {
  const { x, y, width, height } = document.activeElement.getBoundingClientRect();
  const corners = [y + 1, y + height - 1].map((line) => document.elementFromPoint(x + width / 2, line));
  return corners.every((seen) => seen !== null && document.activeElement.contains(seen));
})()`;

/** In the page: scrolls so that the field with 99 in it lies under the bar that saves. */
const PUT_UNDER_THE_BAR = `(() => {
  const field = [...document.querySelectorAll('input')].find(({ value }) => value === '99');
  scrollBy(0, field.getBoundingClientRect().bottom - innerHeight + 20);
})()`;

interface Focused {
  readonly name: string;
  readonly hasRing: boolean;
  /** Nothing has it, as between the last element and the first. */
  readonly isPage: boolean;
}

const focusedOn = async (page: Page): Promise<Focused> => page.evaluate<Focused>(FOCUSED);

/** Presses Tab until the element with this accessible name has the focus, and sees where the focus is all the way. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < MAX_STEPS; step++) {
    await page.keyboard.press('Tab');
    const focused = await focusedOn(page);
    if (!focused.isPage) expect(focused).toMatchObject({ hasRing: true });
    if (name.test(focused.name)) return;
    passed.push(focused.name.slice(0, 40));
  }
  throw new Error(`No Tab leads to ${name}; it passed ${passed.join(' | ')}`);
}

async function press(page: Page, name: RegExp): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

/** Types once the field that takes the focus by itself has it: what is typed before is lost. */
async function typeInto(page: Page, name: RegExp, text: string): Promise<void> {
  await waitFor(async () => name.test((await focusedOn(page)).name), { what: `the focus to be in ${name}` });
  await page.keyboard.type(text);
}

/** Chooses by the arrow keys, from the first entry on. */
async function chooseByArrows(page: Page, role: 'menuitem' | 'option', name: string): Promise<void> {
  const entry = page.getByRole(role, { name, exact: true });
  await entry.waitFor();
  await waitFor(async () => page.evaluate<boolean>(IS_IN_LIST), { what: 'the focus to be in the list' });
  for (let step = 0; (await focusedOn(page)).name !== name && step < MAX_STEPS; step++) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await entry.waitFor({ state: 'detached' });
}

/** Escape closes it, and the focus is where it was before. */
async function leaveDialog(page: Page, openedBy: string): Promise<void> {
  await escapeFrom(page.getByRole('dialog'));
  await waitFor(async () => (await focusedOn(page)).name === openedBy, { what: `the focus to return to ${openedBy}` });
}

it('a webhook is made, changed and deleted with the keyboard alone', async () => {
  await using visitor = await ConsoleVisitor.arrive();
  const { page } = visitor;
  await page.goto('/');
  await page.getByLabel('API key').waitFor();
  await tabTo(page, /^API key/);
  await page.keyboard.type(run.apiKey);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
  await press(page, /^Create webhook$/);
  await page.getByRole('dialog').waitFor();
  await typeInto(page, /^Name/, 'By keyboard');
  await tabTo(page, /^Endpoint URL/);
  await page.keyboard.type('https://example.com/keys');
  await tabTo(page, /^All of User$/);
  await page.keyboard.press('Space');
  await press(page, /^Create webhook$/);
  await page.getByRole('heading', { name: 'By keyboard', level: 1 }).waitFor();
  const id = new URL(page.url()).pathname.split('/')[2] ?? '';

  await tabTo(page, /^Timeout/);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('99');
  await tabTo(page, /^Save changes$/);
  await page.evaluate(PUT_UNDER_THE_BAR);
  await page.keyboard.press('Enter');
  // What is wrong has the focus, and is not under the bar.
  await waitFor(async () => (await focusedOn(page)).name.startsWith('Timeout'), {
    what: 'the focus to be in the field',
  });
  await waitFor(async () => page.evaluate<boolean>(IS_UNCOVERED), { what: 'the field to be in sight' });
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('9');
  await press(page, /^Save changes$/);
  await page.getByText('You have unsaved changes.').waitFor({ state: 'detached' });
  expect(await new ApiClient(run).call('GET', `/api/hooks/${id}`, 200)).toMatchObject({ config: { timeoutMs: 9_000 } });

  await press(page, /^Regenerate$/);
  await leaveDialog(page, 'Regenerate');
  await press(page, /^More actions$/);
  await chooseByArrows(page, 'menuitem', 'Disable');
  await leaveDialog(page, 'More actions');
  await page.keyboard.press('Enter');
  await chooseByArrows(page, 'menuitem', 'Delete');
  await typeInto(page, /^Type “By keyboard”/, 'By keyboard');
  await press(page, /^Delete$/);
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
  await new ApiClient(run).call('GET', `/api/hooks/${id}`, 404);
  expect(visitor.complaints).toEqual([]);
});

it('what a webhook was sent is tried out, found, read and sent again with the keyboard alone', async () => {
  await using scene = await DeliveryScene.set('Seen by keyboard', { events: ['OrganizationScope.Created'] });
  scene.receiver.answerBy(({ number }) => (number === 1 ? { status: 400, body: 'not yet' } : 200));
  await scene.publish(['OrganizationScope.Created']);
  await scene.untilLogged(1, 'failed');
  await using visitor = await ConsoleVisitor.arrive();
  const { page } = visitor;
  await visitor.signIn(`/webhooks/${scene.webhook.id}/settings`);
  await tabTo(page, /^Node\.js$/);
  await page.keyboard.press('ArrowRight');
  await page.getByRole('figure', { name: 'Verification code, Python' }).waitFor();

  await press(page, /^Recent requests$/);
  await page.getByRole('link', { name: /^OrganizationScope.Created, Failed/ }).waitFor();
  await press(page, /Status/);
  await chooseByArrows(page, 'option', 'Failed');
  await page.waitForURL(/state=failed/);
  await press(page, /^OrganizationScope.Created, Failed/);
  await page.getByRole('dialog').getByText('not yet').waitFor();
  await press(page, /^Resend$/);
  await waitFor(
    async () => {
      if (await page.getByRole('dialog').getByText('Resend 1').isVisible()) return true;
      // Put off until the log has caught up: the button still has the focus.
      if (await page.getByText('It was not sent again.').isVisible()) await page.keyboard.press('Enter');
      return false;
    },
    { what: 'the resend to be listed', timeoutMs: 30_000, everyMs: 300 },
  );
  await escapeFrom(page.getByRole('dialog'));
  await scene.untilLogged(1, 'succeeded');
  await press(page, /^Resend many$/);
  await leaveDialog(page, 'Resend many');

  await press(page, /^Test$/);
  await tabTo(page, /^All events of this webhook/);
  await page.keyboard.press('Space');
  await page.keyboard.press('Space');
  await press(page, /^Send 1 test payload$/);
  await page.getByText('1 of 1 were answered with a 2xx').waitFor();
  await press(page, /^Health$/);
  await press(page, /^As table$/);
  await page.getByRole('table').first().waitFor();
  await press(page, /^Theme$/);
  await chooseByArrows(page, 'menuitem', 'Dark');
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  expect(visitor.complaints).toEqual([]);
});
