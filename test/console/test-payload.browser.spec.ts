import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReceiverServer } from '@signalbox/testing';
import { ApiClient } from '../support/api-client.ts';
import { accessibilityFaults } from './support/accessibility.ts';
import { consoleTestSystem } from './support/console-test-system.ts';
import { ConsoleVisitor } from './support/console-visitor.ts';

const api = new ApiClient(consoleTestSystem().run);
let receiver: ReceiverServer;
beforeAll(async () => {
  receiver = await ReceiverServer.start();
});
afterAll(async () => receiver.close());

describe('the test tab', () => {
  it('sends what is not saved yet, and shows what came back for each event', async () => {
    const events = ['PostSignIn', 'User.Created'];
    const { id } = await api.createWebhook({ name: 'Tried out', events, config: { url: 'https://example.com/' } });
    receiver.answerBy(({ body }) =>
      body.includes('PostSignIn') ? { status: 200, body: '{"thanks":true}' } : { status: 401, body: 'who are you?' },
    );
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/settings`);
    await page.getByLabel('Endpoint URL').fill(receiver.url);
    await page.getByRole('link', { name: 'Test', exact: true }).click();
    await page.getByText('What is sent has your unsaved changes.').waitFor();
    await page.getByLabel('All events of this webhook').press('Space');
    await page.getByRole('button', { name: 'Send 2 test payloads' }).click();
    await page.getByText('1 of 2 were answered with a 2xx').waitFor();
    await page.getByText('Your service asks for credentials.').waitFor();
    await page.getByRole('figure', { name: 'Answer' }).getByText('who are you?').waitFor();
    await page.getByRole('button', { name: 'Details of PostSignIn' }).click();
    const [request] = receiver.requests.filter(({ body }) => body.includes('PostSignIn'));
    const signature = request?.headers['logto-signature-sha-256'] ?? 'none';
    await page.getByText(signature).first().waitFor();
    await page.getByText('"thanks"').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await api.call('GET', `/api/hooks/${id}`, 200)).toMatchObject({ config: { url: 'https://example.com/' } });
    expect(visitor.complaints).toEqual([]);
  });

  it('says in words why nothing came back, and what to do', async () => {
    const gone = await ReceiverServer.start();
    const { url } = gone;
    await gone.close();
    const events = ['PostSignIn', 'User.Created'];
    const { id } = await api.createWebhook({ name: 'Away', events, config: { url } });
    await using visitor = await ConsoleVisitor.arrive();
    const { page } = visitor;
    await visitor.signIn(`/webhooks/${id}/test`);
    await page.getByRole('button', { name: 'Send 1 test payload' }).click();
    await page.getByText('Nothing accepted the connection.').waitFor();
    // What all of them failed by is said once.
    await page.getByLabel('All events of this webhook').press('Space');
    await page.getByRole('button', { name: 'Send 2 test payloads' }).click();
    await page.getByText('0 of 2 were answered with a 2xx').waitFor();
    expect(await page.getByText('Nothing accepted the connection.').count()).toBe(1);
    expect(visitor.complaints).toEqual([]);
  });
});
