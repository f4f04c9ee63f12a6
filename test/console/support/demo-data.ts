import type { RunInfo } from '@signalbox/sandbox';
import { anEvent, ReceiverServer, waitFor, type Responder } from '@signalbox/testing';
import { ApiClient, type Webhook } from '../../support/api-client.ts';
import { untilApplied } from '../../support/applied-configuration.ts';
import { Publisher } from '../../support/publisher.ts';

/** Webhooks as an operator has them, with the deliveries of a few minutes. */
export interface DemoData extends AsyncDisposable {
  readonly webhooks: readonly Webhook[];
  /** Its second attempt succeeded. */
  readonly retried: { readonly webhookId: string; readonly deliveryId: string };
  /** A record that no webhook could be sent. */
  readonly deadLetterId: string;
}

interface DemoWebhook {
  readonly name: string;
  readonly events: readonly string[];
  /** Where nothing listens, events go to `url`, and none is published for it. */
  readonly responder?: Responder;
  readonly url?: string;
  readonly enabled?: boolean;
  readonly config?: object;
}

const SIGN_INS = ['PostRegister', 'PostSignIn', 'PostResetPassword'];
const USERS = ['User.Created', 'User.Deleted', 'User.Data.Updated', 'User.SuspensionStatus.Updated'];
const ORGANIZATIONS = ['Organization.Created', 'Organization.Data.Updated', 'Organization.Membership.Updated'];
/** What is published for it is sent to every webhook of the tenant that listens to it. */
export const DEMO_EVENTS: readonly string[] = [...SIGN_INS, ...USERS, ...ORGANIZATIONS];
const EVENTS_OF_EACH = 24;

/** One in `every` fails for good, and the tenth before each is to be tried again. */
const failingOneIn =
  (every: number): Responder =>
  ({ number }) => {
    if (number % every === 0) return { status: 422, body: JSON.stringify({ error: 'unknown user' }) };
    return number % every === every - 3 ? { status: 503, body: 'busy' } : { status: 200, body: '{"ok":true}' };
  };

const RETRIED_SOON = { retryPolicy: { preset: 'logto', delaysMs: [1_000, 5_000, 30_000], maxAgeMs: 3_600_000 } };

const DEMO: readonly DemoWebhook[] = [
  {
    name: 'Legacy importer',
    events: ['User.Created'],
    url: 'https://importer.example.com/users',
    enabled: false,
  },
  { name: 'Fraud detection', events: ['Identifier.Lockout', ...SIGN_INS], url: 'https://risk.example.com/signals' },
  { name: 'Audit trail', events: [...SIGN_INS, ...USERS, ...ORGANIZATIONS], responder: failingOneIn(140) },
  { name: 'Data warehouse', events: [...USERS, ...ORGANIZATIONS], responder: failingOneIn(13), config: RETRIED_SOON },
  {
    name: 'CRM sync',
    events: [...SIGN_INS, ...USERS],
    responder: () => ({ status: 200, body: '{"received":true}' }),
    config: { headers: { 'x-crm-tenant': 'acme', authorization: 'Bearer demo-token' }, timeoutMs: 5_000 },
  },
];

export async function makeDemoData(run: RunInfo): Promise<DemoData> {
  const api = new ApiClient(run);
  const receivers: ReceiverServer[] = [];
  const webhooks: Webhook[] = [];
  for (const demo of DEMO) {
    const receiver = demo.responder && (await ReceiverServer.start());
    if (receiver !== undefined && demo.responder !== undefined) {
      receivers.push(receiver);
      receiver.answerBy(demo.responder);
    }
    webhooks.unshift(await create(api, demo, receiver?.url ?? demo.url ?? ''));
  }
  await untilApplied(
    run,
    webhooks.map(({ id }) => id),
  );
  const [crm, warehouse] = webhooks;
  if (crm === undefined || warehouse === undefined) throw new Error('The demo has fewer webhooks than its pages show');
  await api.changeWebhook(crm.id, { config: { ...crm.config, timeoutMs: 8_000 } });
  await api.call('POST', '/api/api-keys', 201, { name: 'Audit export', scopes: ['webhooks:read', 'deliveries:read'] });
  await publishEvents(run);
  const sent = webhooks.filter((_, index) => DEMO.toReversed()[index]?.responder !== undefined);
  for (const { id } of sent) await untilCounted(api, id);
  return {
    webhooks,
    retried: { webhookId: warehouse.id, deliveryId: await untilRetried(api, warehouse.id) },
    deadLetterId: await untilPutAside(api),
    async [Symbol.asyncDispose]() {
      await Promise.all(receivers.map(async (receiver) => receiver.close()));
    },
  };
}

async function create(
  api: ApiClient,
  { name, events, enabled = true, config = {} }: DemoWebhook,
  url: string,
): Promise<Webhook> {
  return api.createWebhook({ name, events, enabled, config: { url, ...config } });
}

async function publishEvents(run: RunInfo): Promise<void> {
  await using publisher = await Publisher.connect(run);
  for (let round = 0; round < EVENTS_OF_EACH; round++) {
    for (const name of DEMO_EVENTS) publisher.send(anEvent(name));
  }
  publisher.send(JSON.stringify({ event: 'Invoice.Paid', invoiceId: 'in_1043' }));
  publisher.send('not JSON at all');
  await publisher.flush();
}

async function untilRetried(api: ApiClient, id: string): Promise<string> {
  return waitFor(
    async () => {
      const path = `/api/hooks/${id}/deliveries?state=succeeded&limit=100`;
      const { data } = await api.call<{ data: readonly { id: string; attempts: number }[] }>('GET', path, 200);
      return data.find(({ attempts }) => attempts === 2)?.id;
    },
    { what: 'a delivery that succeeded at its second attempt', timeoutMs: 30_000, everyMs: 200 },
  );
}

async function untilPutAside(api: ApiClient): Promise<string> {
  return waitFor(
    async () => {
      const path = '/api/ops/dead-letters?limit=100';
      const { deadLetters } = await api.call<{ deadLetters: readonly { id: string; message: string }[] }>(
        'GET',
        path,
        200,
      );
      return deadLetters.find(({ message }) => message.includes('Invoice.Paid'))?.id;
    },
    { what: 'the record of an unknown event to be put aside', timeoutMs: 30_000, everyMs: 200 },
  );
}

/** Whoever looks at the page sees what was published. */
async function untilCounted(api: ApiClient, id: string): Promise<void> {
  await waitFor(
    async () => {
      const { executionStats, events } = await api.call<Webhook & { readonly events: readonly string[] }>(
        'GET',
        `/api/hooks/${id}?includeExecutionStats=true`,
        200,
      );
      return (executionStats?.requestCount ?? 0) >= events.length * EVENTS_OF_EACH;
    },
    { what: `the deliveries of ${id} to be counted`, timeoutMs: 30_000, everyMs: 200 },
  );
}
