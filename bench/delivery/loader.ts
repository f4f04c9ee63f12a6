/** The loader's process: the publisher upstream, on its own connection to Kafka. */
import { createLogProducer, type KafkaConnection, type LogProducer } from '@signalbox/kafka';
import { eventTemplate, nowUs, stampedEvent } from './bench-event.ts';
import { serveCalls } from './child.ts';
import type { EventGroup, GroupRange } from './endpoints.ts';

/** What the loader answers to. */
export interface LoaderCalls {
  connect: (input: {
    readonly connection: KafkaConnection;
    readonly topic: string;
    readonly groups: readonly EventGroup[];
  }) => Promise<void>;
  /** Publishes events of the groups in turn; answers when Kafka has acknowledged every one. */
  publish: (input: PublishInput) => Promise<Published>;
  /** Events of the newest call that Kafka has acknowledged. */
  acknowledged: (input: null) => number;
}

export interface PublishInput {
  readonly firstSequence: number;
  readonly events: number;
  readonly groups: GroupRange;
  /** Events per second, whatever comes of them (open loop); undefined: as fast as Kafka takes them. */
  readonly ratePerSecond?: number;
}

export interface Published {
  readonly acknowledged: number;
  readonly tookMs: number;
  /** By how much an event was published after its time at worst; its latency is counted from when it was. */
  readonly latestMs: number;
}

let producer: LogProducer | undefined;
let topic = '';
let templates: readonly { readonly bytes: Buffer; readonly tenantId: string }[] = [];
let acknowledged = 0;
let wake: (() => void) | undefined;

function append(to: LogProducer, { firstSequence, groups }: PublishInput, index: number): void {
  const sequence = firstSequence + index;
  const template = templates[groups.first + (index % groups.count)];
  if (template === undefined) throw new Error('nothing to publish: connect first');
  const value = stampedEvent(template.bytes, sequence, nowUs());
  to.append({ topic, key: null, value, headers: { 'tenant-id': template.tenantId } }, () => acknowledged++);
}

async function publishFast(to: LogProducer, input: PublishInput): Promise<void> {
  for (let index = 0; index < input.events; index++) {
    append(to, input, index);
    if (to.isSaturated()) await new Promise<void>((resolve) => (wake = resolve));
    // Appends cost nothing until the saturation: the answers of Kafka must come in between.
    else if (index % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function publishEvenly(to: LogProducer, input: PublishInput, ratePerSecond: number): Promise<number> {
  const startUs = nowUs();
  let latestUs = 0;
  for (let index = 0; index < input.events;) {
    const dueUs = startUs + (index / ratePerSecond) * 1_000_000;
    const lateUs = nowUs() - dueUs;
    if (lateUs < 0) {
      await new Promise((resolve) => setTimeout(resolve, -lateUs / 1_000));
      continue;
    }
    latestUs = Math.max(latestUs, lateUs);
    append(to, input, index++);
  }
  return latestUs / 1_000;
}

serveCalls<LoaderCalls>({
  connect: async (input) => {
    ({ topic } = input);
    templates = input.groups.map(({ event, tenantId }) => ({ bytes: eventTemplate(event), tenantId }));
    producer = createLogProducer({ connection: input.connection });
    producer.onDrained(() => wake?.());
    await producer.start();
  },
  publish: async (input) => {
    if (producer === undefined) throw new Error('connect first');
    acknowledged = 0;
    const startedAtUs = nowUs();
    let latestMs = 0;
    if (input.ratePerSecond === undefined) await publishFast(producer, input);
    else latestMs = await publishEvenly(producer, input, input.ratePerSecond);
    await producer.flush();
    return { acknowledged, tookMs: (nowUs() - startedAtUs) / 1_000, latestMs };
  },
  acknowledged: () => acknowledged,
});
