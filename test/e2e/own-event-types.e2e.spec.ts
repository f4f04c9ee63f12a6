import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deliveryIdOf } from '@signalbox/domain';
import type { Sandbox } from '@signalbox/sandbox';
import { AnswerCheck, aWebhook, ReceiverServer, startTestSandbox, waitFor } from '@signalbox/testing';
import { ApiClient } from '../support/api-client.ts';
import { inEffect } from '../support/applied-configuration.ts';
import { Publisher } from '../support/publisher.ts';
import { metricOf } from '../support/service-metrics.ts';

let sandbox: Sandbox;
let api: ApiClient;
let publisher: Publisher;
let receiver: ReceiverServer;
beforeAll(async () => {
  sandbox = await startTestSandbox();
  api = new ApiClient(sandbox.runInfo, await AnswerCheck.of(sandbox.runInfo.apiUrl));
  publisher = await Publisher.connect(sandbox.runInfo);
  receiver = await ReceiverServer.start();
}, 120_000);
afterAll(async () => {
  await publisher[Symbol.asyncDispose]();
  await receiver.close();
  await sandbox.stop();
}, 60_000);

const dispatchers = (): readonly string[] => sandbox.serviceNames.filter((name) => name.startsWith('dispatcher'));

/** Of all dispatcher processes. */
async function sumOf(metric: string): Promise<number> {
  const values = dispatchers().map(async (name) => metricOf(sandbox, name, `signalbox_dispatcher_${metric}`));
  return (await Promise.all(values)).reduce((sum, value) => sum + value, 0);
}

interface Letter {
  readonly id: string;
  readonly source: { readonly topic: string; readonly partition: number; readonly offset: number };
}

describe("an operator's own event type", () => {
  it('is registered over REST, subscribed to, published and delivered, deprecated or not, after a restart too', async () => {
    const event = 'Invoice.Paid';
    await api.call('POST', '/api/event-types', 201, {
      name: event,
      group: 'Billing',
      description: 'An invoice was paid.',
      example: { event, data: { id: 'in_1' } },
      schema: { type: 'object', required: ['data'] },
    });
    await waitFor(async () => (await sumOf('event_types_applied_offset')) >= 0, {
      what: 'the router to read the type',
    });
    // Nobody subscribes yet: one of a known type is routed to nobody, one of an unknown type is put aside.
    await publisher.publish(JSON.stringify({ event }));
    await publisher.publish(JSON.stringify({ event: 'Invoice.Unheard' }));
    await waitFor(async () => (await sumOf('router_dead_letters_total')) === 1, { what: 'one dead letter' });
    expect(await sumOf('events_routed_total')).toBe(1);
    await inEffect(sandbox.runInfo, async () => api.createWebhook(aWebhook(receiver.url, { events: [event] })));
    await publisher.publish(JSON.stringify({ event, data: { id: 'in_2' } }));
    const [first] = await receiver.waitForRequests(1);
    expect(JSON.parse(first?.body.toString() ?? '')).toMatchObject({ event, data: { id: 'in_2' } });

    await api.call('PATCH', `/api/event-types/${event}`, 200, { deprecated: true });
    for (const dispatcher of dispatchers()) await sandbox.restartService(dispatcher);
    // Its schema says that `data` is required; what is published is delivered all the same.
    await publisher.publish(JSON.stringify({ event }));
    await receiver.waitForRequests(2);
    await api.call('DELETE', `/api/event-types/${event}`, 409);
  }, 60_000);

  it('is delivered from a dead letter of the time before it was registered, once that is redriven', async () => {
    const event = 'Invoice.Unheard';
    const { id, source } = await waitFor(
      async () => {
        const { deadLetters } = await api.call<{ deadLetters: readonly Letter[] }>(
          'GET',
          '/api/ops/dead-letters?status=open&reason=unknown-event',
          200,
        );
        return deadLetters[0];
      },
      { what: 'the dead letter in the list' },
    );
    const before = await sumOf('event_types_applied_offset');
    const example = { event, data: {} };
    const type = { name: event, group: 'Billing', description: 'Known late.', example };
    await api.call('POST', '/api/event-types', 201, type);
    await waitFor(async () => (await sumOf('event_types_applied_offset')) > before, {
      what: 'the router to read the type',
    });
    const { answer: webhook } = await inEffect(sandbox.runInfo, async () =>
      api.createWebhook(aWebhook(receiver.url, { events: [event] })),
    );
    const received = receiver.requests.length;
    const path = `/api/ops/dead-letters/${id}`;
    const redriven = await api.call<object>('POST', `${path}/redrive`, 200);
    expect(redriven).toMatchObject({ status: 'redriven', by: expect.any(String), decidedAt: expect.any(Number) });
    const request = (await receiver.waitForRequests(received + 1)).at(-1);
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({ event, hookId: webhook.id });
    // As it would have been delivered, had it been known when it came.
    const eventId = `${source.topic}/${source.partition}/${source.offset}`;
    expect(request?.headers['webhook-id']).toBe(deliveryIdOf(webhook.id, eventId));
    expect(await api.call('GET', path, 200)).toMatchObject(redriven);
  }, 60_000);
});
