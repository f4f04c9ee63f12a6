/**
 * Global setup of the `browser` project: one running system, one OpenID provider and one headless Chromium for all of its spec files, which
 * find them by `SIGNALBOX_CONSOLE_TEST`.
 */
import type { Sandbox } from '@signalbox/sandbox';
import type { BrowserServer } from 'playwright-core';
import type { Issuer } from './issuer.ts';
import type { ConsoleTestSystem } from './console-test-system.ts';

declare global {
  var signalboxConsoleTest:
    { readonly sandbox: Sandbox; readonly browser: BrowserServer; readonly issuer: Issuer } | undefined;
}

export default async function setup(): Promise<void> {
  // Jest loads this file by Node itself, which resolves the package to its build.
  const { startTestSandbox } = await import('@signalbox/testing').catch((error: unknown) => {
    throw new Error('The tests need a build: npm run build', { cause: error });
  });
  const { launchBrowser } = await import('./launch-browser.ts');
  const { Issuer } = await import('./issuer.ts');
  const issuer = await Issuer.listen();
  const [sandbox, browser] = await Promise.all([startTestSandbox({ env: issuer.environment }), launchBrowser()]);
  issuer.answerFor(sandbox.runInfo.consoleUrl);
  const system: ConsoleTestSystem = { run: sandbox.runInfo, browserUrl: browser.wsEndpoint() };
  process.env['SIGNALBOX_CONSOLE_TEST'] = JSON.stringify(system);
  globalThis.signalboxConsoleTest = { sandbox, browser, issuer };
}
