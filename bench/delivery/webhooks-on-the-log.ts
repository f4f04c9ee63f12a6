import { encodeWebhook } from '@signalbox/contracts';
import { DEFAULT_RETRY_POLICY } from '@signalbox/domain';
import { createLogProducer } from '@signalbox/kafka';
import { parseKeyring, SecretBox } from '@signalbox/secrets';
import { randomBytes } from 'node:crypto';
import type { Endpoint, Webhook } from './endpoints.ts';
import type { System } from './system.ts';

/** As config-service's relay does it, for a bench without config-service. Ids are made of numbers from `firstNumber` on. */
export async function appendWebhooks(
  { connection, topics }: System,
  keyring: string,
  endpoints: readonly Endpoint[],
  firstNumber = 0,
): Promise<readonly Webhook[]> {
  const box = new SecretBox(parseKeyring(keyring));
  const producer = createLogProducer({ connection });
  await producer.start();
  const webhooks = endpoints.map(({ group, url }, index) => {
    const id = `bench${(firstNumber + index).toString(36).padStart(16, '0')}`;
    const signingKey = randomBytes(16).toString('hex');
    const value = encodeWebhook({
      deleted: false,
      id,
      tenantId: group.tenantId,
      epoch: 1,
      version: 1,
      name: `bench ${index}`,
      subscribedTo: [group.event],
      url,
      headers: [],
      enabled: true,
      signingKeys: [{ sealed: box.seal(signingKey, id), honouredUntilMs: null }],
      timeoutMs: 10_000,
      retryPolicy: DEFAULT_RETRY_POLICY,
    });
    producer.append({ topic: topics.webhooks, key: id, value });
    return { id, signingKey };
  });
  await producer.flush();
  await producer.stop();
  return webhooks;
}
