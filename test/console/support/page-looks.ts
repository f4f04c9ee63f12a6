import type { Page } from 'playwright-core';
import type { DemoData } from './demo-data.ts';

/** A page of the console as it is looked at, with data in it. */
export interface PageLook {
  readonly name: string;
  readonly path: (demo: DemoData) => string;
  /** Until what is to be seen is there. */
  readonly ready: (page: Page) => Promise<void>;
}

const seen =
  (text: string) =>
  async (page: Page): Promise<void> =>
    page.getByText(text).last().waitFor();

const ofCrm =
  (tab: string) =>
  ({ webhooks: [crm] }: DemoData): string =>
    `/webhooks/${crm?.id}/${tab}`;

const ofWarehouse =
  (tab: string) =>
  ({ retried }: DemoData): string =>
    `/webhooks/${retried.webhookId}/${tab}`;

const charted = async (page: Page): Promise<void> => {
  await page.getByRole('img', { name: 'Latency by time' }).locator('canvas').waitFor();
};

export const PAGES: readonly PageLook[] = [
  { name: 'webhooks', path: () => '/webhooks', ready: seen('CRM sync') },
  { name: 'create', path: () => '/webhooks?create=true', ready: seen('PostRegister') },
  { name: 'settings', path: ofCrm('settings'), ready: seen('Verify a request') },
  {
    name: 'test',
    path: ofCrm('test'),
    ready: async (page) => {
      await page.getByRole('button', { name: 'Send 1 test payload' }).click();
      await page.getByText('What came back').waitFor();
    },
  },
  {
    name: 'requests',
    path: ofWarehouse('requests'),
    ready: async (page) =>
      page
        .getByRole('link', { name: /show details/ })
        .first()
        .waitFor(),
  },
  {
    name: 'request',
    path: (demo) => `${ofWarehouse('requests')(demo)}?open=${demo.retried.deliveryId}`,
    ready: async (page) => page.getByRole('figure', { name: 'Body of the request' }).waitFor(),
  },
  { name: 'health', path: ofWarehouse('health'), ready: charted },
  { name: 'history', path: ofCrm('history'), ready: seen('Version 1') },
  { name: 'ops-webhooks', path: () => '/operations/webhooks', ready: seen('Data warehouse') },
  { name: 'ops-dead-letters', path: () => '/operations/dead-letters', ready: seen('Invoice.Paid') },
  {
    name: 'ops-dead-letter',
    path: ({ deadLetterId }) => `/operations/dead-letters?letter=${deadLetterId}`,
    ready: async (page) => page.getByRole('dialog').getByText('in_1043').waitFor(),
  },
  { name: 'ops-lag', path: () => '/operations/lag?all=true', ready: seen('deliveries') },
  { name: 'api-keys', path: () => '/api-keys', ready: seen('Audit export') },
];
