import { existsSync } from 'node:fs';
import packed from '@sparticuz/chromium';
import { chromium, type BrowserServer } from 'playwright-core';

const SYSTEM_CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];

/** A headless Chromium: the system's, else the one that npm brought, which is unpacked at its first start. */
export async function launchBrowser(): Promise<BrowserServer> {
  const executablePath = existsSync(SYSTEM_CHROMIUM) ? SYSTEM_CHROMIUM : await packed.executablePath();
  return chromium.launchServer({ executablePath, headless: true, args: ARGUMENTS });
}
