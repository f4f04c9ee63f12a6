import { describe, expect, it } from '@jest/globals';
import { ConsoleVisitor } from './support/console-visitor.ts';

/** Of the issue: JavaScript on the wire until the list of webhooks stands. */
const BUDGET_BYTES = 250 * 1024;

describe('the first load', () => {
  it('brings less than 250 KB of compressed JavaScript', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const sizes: Promise<[string, number]>[] = [];
    visitor.page.on('requestfinished', (request) => {
      if (request.resourceType() !== 'script') return;
      sizes.push(request.sizes().then(({ responseBodySize }) => [new URL(request.url()).pathname, responseBodySize]));
    });
    await visitor.signIn();
    await visitor.page.getByLabel('Search by name, URL or id').or(visitor.page.getByText('No webhook yet')).waitFor();
    await visitor.page.waitForLoadState('networkidle');
    const scripts = await Promise.all(sizes);
    expect(scripts.length).toBeGreaterThan(1);
    const bytes = scripts.reduce((sum, [, size]) => sum + size, 0);
    expect({ scripts, bytes, isSmall: bytes < BUDGET_BYTES }).toMatchObject({ isSmall: true });
    console.log(`first load: ${Math.round(bytes / 1024)} KB of compressed JavaScript`);
  });

  it('has headers that let in nothing foreign or inline, and files that are kept', async () => {
    await using visitor = await ConsoleVisitor.arrive();
    const assets: string[] = [];
    visitor.page.on('response', (response) => {
      if (new URL(response.url()).pathname.startsWith('/assets/'))
        assets.push(response.headers()['cache-control'] ?? '');
    });
    const response = await visitor.page.goto('/webhooks');
    const policy = response?.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe/);
    await visitor.page.getByLabel('API key').waitFor();
    const becomeHtml = async (text: string): Promise<unknown> =>
      visitor.page.evaluate(`document.createElement('p').innerHTML = ${JSON.stringify(text)}`);
    await expect(becomeHtml('<b>bold</b>')).rejects.toThrow(/TrustedHTML/);
    await becomeHtml('');
    expect(assets.length).toBeGreaterThan(0);
    expect(new Set(assets)).toEqual(new Set(['public, max-age=31536000, immutable']));
  });
});
