import { kafkaConnectionOf, kafkaEnvironment, loadEnvironment } from '@signalbox/config';
import { createLogProducer } from '@signalbox/kafka';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../folder/kept-file.ts';
import { keptPorts } from '../folder/kept-ports.ts';
import { repositoryRoot } from '../paths.ts';
import { linesOf } from '../publish/input-lines.ts';
import { publishLines } from '../publish/publish-lines.ts';
import { waitUntil } from '../process/wait-until.ts';
import type { Sandbox } from '../sandbox/create-sandbox.ts';
import { appliedOffsets } from './applied-configuration.ts';
import { startDemoReceiver } from './demo-receiver.ts';
import { DemoApi } from './demo-webhook.ts';

interface DemoState {
  readonly webhookId?: string;
  readonly samplesPublished?: boolean;
}

export interface DemoLife {
  stop(): Promise<void>;
}

/**
 * A receiver on loopback, one webhook that leads to it, and, at the first start of a sandbox, one sample of each event: a
 * newcomer sees deliveries without doing anything.
 */
export async function startDemoLife(sandbox: Sandbox, onLine: (line: string) => void): Promise<DemoLife> {
  const stateFile = join(sandbox.dir, 'demo.json');
  const state = (await readJson<DemoState>(stateFile)) ?? {};
  const ports = await keptPorts(sandbox.dir, [{ key: 'demo.receiver' }]);
  const api = new DemoApi(sandbox.runInfo);
  let webhookId = state.webhookId;
  const receiver = await startDemoReceiver({
    port: ports.get('demo.receiver') ?? 0,
    currentKey: async () => (webhookId === undefined ? '' : ((await api.find(webhookId))?.signingKey ?? '')),
    onLine: (line) => onLine(`demo receiver: ${line}`),
  });
  try {
    const before = await appliedOffsets(sandbox.runInfo);
    const { webhook, isChanged } = await api.ensure(state.webhookId, receiver.url);
    webhookId = webhook.id;
    await writeJson(stateFile, { ...state, webhookId });
    if (state.samplesPublished !== true) {
      if (isChanged) await untilInEffect(sandbox, before);
      const published = await publishSamples(sandbox);
      onLine(`demo: published ${published} samples, one of each event, for the webhook "Sandbox demo receiver"`);
      await writeJson(stateFile, { webhookId, samplesPublished: true } satisfies DemoState);
    }
  } catch (error) {
    await receiver.stop();
    throw error;
  }
  return { stop: () => receiver.stop() };
}

/** An event that comes before router and sender know the webhook finds none, and is not delivered. */
async function untilInEffect(sandbox: Sandbox, before: readonly number[]): Promise<void> {
  await waitUntil('the webhook of the demo to be in effect', 30_000, async () =>
    (await appliedOffsets(sandbox.runInfo)).every((offset, index) => offset > (before[index] ?? -1)),
  );
}

async function publishSamples(sandbox: Sandbox): Promise<number> {
  const { kafkaBrokers, topics } = sandbox.runInfo;
  const connection = kafkaConnectionOf(loadEnvironment(kafkaEnvironment, { KAFKA_BROKERS: kafkaBrokers }));
  const producer = createLogProducer({ connection });
  await producer.start();
  try {
    return await publishLines(linesOf(createReadStream(join(repositoryRoot(), 'samples', 'events.ndjson'))), {
      producer,
      topic: topics.authEvents[0] ?? 'auth-events',
      maxEventBytes: 256 * 1024,
      onBadLine: (line, why) => {
        throw new Error(`samples/events.ndjson, line ${line.number}: ${why}`);
      },
    });
  } finally {
    await producer.stop();
  }
}
