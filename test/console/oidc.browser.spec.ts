import { beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import type { Page } from 'playwright-core';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';

/** What the API answers to a call with this credential. */
const request = async (page: Page, authorization: string, path: string): Promise<Response> =>
  fetch(new URL(path, page.url()), { headers: { authorization } });

/** The API asks for the issuer's keys at its start, and again 10 s later: until it has them it can say nothing of a token. */
beforeAll(async () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const authorization = `Bearer ${part({ alg: 'RS256', kid: 'nobody-has-it' })}.${part({})}.AAAA`;
  const url = new URL('/api/me', consoleTestSystem().run.consoleUrl);
  const isReady = async (): Promise<boolean> => (await fetch(url, { headers: { authorization } })).status === 401;
  await waitFor(isReady, { what: 'the keys of the issuer to be known', timeoutMs: 30_000, everyMs: 500 });
});

describe('sign-in at an issuer', () => {
  it('goes there with PKCE and comes back to where one was going, with the token in memory only', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await page.goto('/webhooks?search=nothing-like-this');
    const asked = page.waitForRequest((each) => new URL(each.url()).pathname === '/auth');
    await page.getByRole('button', { name: /Sign in at 127\.0\.0\.1/ }).click();
    const query = new URL((await asked).url()).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' });
    await page.locator('input[name=login]').fill('ada');
    await page.locator('input[name=password]').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    const called = page.waitForRequest((each) => new URL(each.url()).pathname === '/api/hooks');
    await page.getByRole('button', { name: 'Continue' }).click();
    const authorization = (await called).headers()['authorization'] ?? '';
    expect(authorization).toMatch(/^Bearer eyJ/);
    await page.getByText('Nothing matches').waitFor();
    expect(new URL(page.url()).search).toBe('?search=nothing-like-this');
    // The token has no scope for operations: they are hidden, and refused to who asks the API for them.
    for (const name of ['Operations', 'API keys'])
      expect([name, await page.getByRole('link', { name }).count()]).toEqual([name, 0]);
    expect((await request(page, authorization, '/api/api-keys')).status).toBe(403);
    expect((await request(page, authorization, '/api/me')).status).toBe(200);
    const kept = await page.evaluate<string>('JSON.stringify([localStorage, sessionStorage, document.cookie])');
    expect(kept).not.toContain('eyJ');

    // The issuer still knows the person: after a reload nobody has to type anything. It asks for consent only because this
    // client is on loopback.
    await page.reload();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Nothing matches').waitFor();

    // A session that ends is renewed over the page: nobody is taken away from what he was typing.
    const refusal = { status: 401, json: { code: 'auth.unauthorized', message: 'Expired' } };
    await page.route('**/api/hooks?*', async (route) => route.fulfill(refusal));
    const left: string[] = [];
    page.on('request', (each) => left.push(...(each.isNavigationRequest() ? [each.url()] : [])));
    await page.getByLabel('Search by name, URL or id').fill('still here');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByText('This leaves the page').waitFor();
    await page.unroute('**/api/hooks?*');
    await dialog.getByLabel('API key').fill(consoleTestSystem().run.apiKey);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByLabel('Search by name, URL or id').inputValue()).toBe('still here');
    expect(left).toEqual([]);

    // A token that the API refuses is no sign-in: it is said, and not tried again and again.
    await page.route('**/api/me', async (route) => route.fulfill(refusal));
    await page.reload();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('the API does not take its token').waitFor();
    await page.unroute('**/api/me');
    await page.getByRole('button', { name: 'Back to sign-in' }).click();
    await page.getByRole('button', { name: /Sign in at/ }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();

    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /Sign in at/ }).waitFor();
    // Signed out is signed out, though the issuer still knows the person.
    await page.reload();
    await page.getByLabel('API key').waitFor();
    expect(await page.getByRole('button', { name: /Sign in at/ }).getAttribute('aria-disabled')).toBeNull();
    expect(new URL(page.url()).origin).toBe(new URL(consoleTestSystem().run.consoleUrl).origin);
    expect(visitor.complaints).toEqual([]);
  });

  it('says so when the issuer sends back a refusal or a stranger’s answer', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await page.goto('/sign-in/callback?code=stolen&state=unknown');
    await page.getByText('The sign-in did not work.').waitFor();
    await page.getByText('It did not begin in this tab').waitFor();
    await page.getByRole('button', { name: 'Back to sign-in' }).click();
    await page.getByRole('button', { name: /Sign in at/ }).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByText('The issuer refused it.').waitFor();
    await page.getByRole('button', { name: 'Back to sign-in' }).click();
    await page.getByLabel('API key').waitFor();
    expect(visitor.complaints).toEqual([]);
  });
});
