import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { consoleTestSystem } from './console-test-system.ts';

const TIMEOUT_MS = 10_000;

/** One person with a browser. What the page complains of is kept, and no test leaves it unread. */
export class ConsoleVisitor implements AsyncDisposable {
  /** Errors of scripts, refusals by the page's policy, messages at level `error`. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      // A call that is refused is what tests of refusals want.
      const isRefusedCall = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusedCall) this.complaints.push(message.text());
    });
  }

  static async arrive(options: BrowserContextOptions = {}): Promise<ConsoleVisitor> {
    const browser = await chromium.connect(consoleTestSystem().browserUrl);
    const context = await browser.newContext({
      baseURL: consoleTestSystem().run.consoleUrl,
      viewport: { width: 1280, height: 900 },
      locale: 'en-US',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    return new ConsoleVisitor(browser, await context.newPage());
  }

  /** Opens `path` and signs in with `apiKey`, by default the one that may do everything. */
  async signIn(path = '/', apiKey = consoleTestSystem().run.apiKey): Promise<void> {
    await this.page.goto(path);
    await this.page.getByLabel('API key').fill(apiKey);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await this.page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
  }

  /** As a link of the page does: the credential is in its memory, and a reload would forget it. */
  async goTo(path: string): Promise<void> {
    await this.page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
    await this.browser.close();
  }
}
