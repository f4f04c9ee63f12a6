import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '@signalbox/sandbox';
import { anEvent, aWebhook, ReceiverServer, startTestSandbox, waitFor } from '@signalbox/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../support/api-client.ts';
import { Publisher } from '../support/publisher.ts';

const ROUNDS = 40;
const EVENT = 'OrganizationRole.Created';
const STEP_MS = 5;

let sandbox: Sandbox;
let api: ApiClient;
let publisher: Publisher;
let receiver: ReceiverServer;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  api = new ApiClient(sandbox.runInfo);
  publisher = await Publisher.connect(sandbox.runInfo);
  receiver = await ReceiverServer.start();
}, 120_000);
afterAll(async () => {
  await receiver.close();
  await publisher[Symbol.asyncDispose]();
  await sandbox.stop();
}, 60_000);

/** Publishes an event every few milliseconds, each with the time it was published, until the block ends. */
function publishSteadily(): AsyncDisposable {
  const stop = new AbortController();
  const published = (async () => {
    while (!stop.signal.aborted) {
      publisher.send(anEvent(EVENT, { publishedAtMs: Date.now() }));
      await delay(STEP_MS);
    }
    await publisher.flush();
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await published;
    },
  };
}

const publishTimes = (id: string): number[] =>
  receiver.requests
    .map((request) => JSON.parse(request.body.toString()) as { hookId: string; publishedAtMs: number; path?: string })
    .filter((body) => body.hookId === id)
    .map((body) => body.publishedAtMs);

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;

describe('a change of a webhook', () => {
  it('is in effect within 200 ms of the answer that accepted it: creating, changing, disabling', async () => {
    const created: number[] = [];
    const moved: number[] = [];
    const disabled: number[] = [];
    const steady = publishSteadily();
    for (let round = 0; round < ROUNDS; round++) {
      const other = await ReceiverServer.start();
      const webhook = await api.createWebhook(aWebhook(receiver.url, { events: [EVENT] }));
      const createdAtMs = Date.now();
      await waitFor(() => publishTimes(webhook.id).length > 0, { what: 'a first delivery' });
      // How late the first event was that still had no delivery; 0 where the very first had one.
      created.push(Math.max(0, Math.min(...publishTimes(webhook.id)) - createdAtMs));

      await api.changeWebhook(webhook.id, { config: { url: other.url } });
      const movedAtMs = Date.now();
      await other.waitForRequests(1);
      moved.push(Math.max(0, Math.max(...publishTimes(webhook.id)) - movedAtMs));

      await api.changeWebhook(webhook.id, { enabled: false });
      const disabledAtMs = Date.now();
      const count = (): number => other.requests.length;
      let before = -1;
      await waitFor(
        async () => {
          const isQuiet = before === count();
          before = count();
          await delay(20 * STEP_MS);
          return isQuiet && Date.now() - disabledAtMs > 250;
        },
        { what: 'deliveries to end' },
      );
      const lastMs = Math.max(
        disabledAtMs,
        ...other.requests.map(
          (request) => (JSON.parse(request.body.toString()) as { publishedAtMs: number }).publishedAtMs,
        ),
      );
      disabled.push(lastMs - disabledAtMs);
      await api.deleteWebhook(webhook.id);
      await other.close();
    }
    await steady[Symbol.asyncDispose]();
    const figures = { created: p99(created), moved: p99(moved), disabled: p99(disabled) };
    console.log(`in effect after, p99 of ${ROUNDS} rounds in ms: ${JSON.stringify(figures)}`);
    expect(figures.created).toBeLessThanOrEqual(200);
    expect(figures.moved).toBeLessThanOrEqual(200);
    expect(figures.disabled).toBeLessThanOrEqual(200);
  }, 120_000);
});
