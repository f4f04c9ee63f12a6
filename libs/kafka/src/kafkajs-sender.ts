import { setTimeout as delay } from 'node:timers/promises';
import type { IHeaders, Kafka, Producer, RecordMetadata, TopicMessages } from 'kafkajs';
import { asError } from './errors.ts';
import type { PartitionAck, QueuedRecord } from './flight.ts';
import type { BatchSender } from './flusher.ts';
import type { KafkaLogger } from './kafka-logger.port.ts';
import type { PartitionPlacement } from './partition-placement.ts';

const CLOSE_WITHIN_MS = 5_000;
const PAUSE_BETWEEN_CONNECTS_MS = 1_000;

export interface SenderOptions {
  /** A producer is replaced once a partition got so many records from it; sequence numbers are 32 bits, signed. */
  readonly renewAfterRecords: number;
}

/** Sends batches through an idempotent kafkajs producer, and replaces it when it cannot be trusted any more. */
export class KafkajsSender implements BatchSender {
  readonly #client: Kafka;
  readonly #placement: PartitionPlacement;
  readonly #logger: KafkaLogger;
  readonly #renewAfterRecords: number;
  readonly #sent = new Map<string, number[]>();
  #producer: Producer;
  #isExhausted = false;
  #isClosed = false;

  constructor(client: Kafka, placement: PartitionPlacement, logger: KafkaLogger, options: SenderOptions) {
    this.#client = client;
    this.#placement = placement;
    this.#logger = logger;
    this.#renewAfterRecords = options.renewAfterRecords;
    this.#producer = this.#create();
  }

  /** Rejects when no broker could be reached in the client's retries. */
  async connect(): Promise<void> {
    await this.#producer.connect();
  }

  async send(records: readonly QueuedRecord[]): Promise<{ acks: PartitionAck[]; error?: Error }> {
    if (this.#isExhausted) await this.renew('sequence numbers used up');
    const producer = this.#producer;
    const acks: PartitionAck[] = [];
    let error: Error | undefined;
    await Promise.all(
      this.#perLeader(records).map(async (topicMessages) => {
        try {
          for (const answer of await producer.sendBatch({ acks: -1, topicMessages })) acks.push(toAck(answer));
        } catch (cause) {
          error ??= asError(cause);
        }
      }),
    );
    this.#count(records);
    return error === undefined ? { acks } : { acks, error };
  }

  async renew(reason: string): Promise<void> {
    this.#logger.warn({ reason }, 'kafka.producer_renewed');
    await this.#close(this.#producer);
    this.#sent.clear();
    this.#isExhausted = false;
    while (!this.#isClosed) {
      this.#producer = this.#create();
      try {
        await this.#producer.connect();
        return;
      } catch (cause) {
        this.#logger.error({ err: asError(cause) }, 'kafka.producer_not_connected');
        await this.#close(this.#producer);
        await delay(PAUSE_BETWEEN_CONNECTS_MS);
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#close(this.#producer);
  }

  #create(): Producer {
    return this.#client.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: this.#placement.partitioner,
      // The client's number of retries binds idempotent producers too, and a rejection costs duplicates.
      retry: { retries: Number.MAX_SAFE_INTEGER },
    });
  }

  /**
   * A call for each leader. In a call to several brokers kafkajs repeats, when one of them fails, what another has not
   * answered yet, under new sequence numbers: appended twice. So it does with what was acknowledged by one broker and has
   * moved to another since.
   */
  #perLeader(records: readonly QueuedRecord[]): TopicMessages[][] {
    const calls = new Map<number | string, Map<string, TopicMessages>>();
    for (const record of records) {
      const leader = this.#placement.leaderOf(record.topic, record.partition);
      const key = leader ?? `${record.topic}/${record.partition}`;
      let call = calls.get(key);
      if (call === undefined) calls.set(key, (call = new Map<string, TopicMessages>()));
      const ofTopic = call.get(record.topic);
      const message = record as QueuedRecord & { headers: IHeaders; partition: number };
      if (ofTopic === undefined) call.set(record.topic, { topic: record.topic, messages: [message] });
      else ofTopic.messages.push(message);
    }
    return [...calls.values()].map((call) => [...call.values()]);
  }

  #count(records: readonly QueuedRecord[]): void {
    for (const { topic, partition } of records) {
      if (partition === undefined) continue;
      let counts = this.#sent.get(topic);
      if (counts === undefined) this.#sent.set(topic, (counts = []));
      const count = (counts[partition] ?? 0) + 1;
      counts[partition] = count;
      if (count >= this.#renewAfterRecords) this.#isExhausted = true;
    }
  }

  async #close(producer: Producer): Promise<void> {
    // Waits for answers that may never come; what is still on its way then is as lost as the connection.
    const closed = producer.disconnect().catch((cause: unknown) => {
      this.#logger.debug({ err: asError(cause) }, 'kafka.producer_not_closed');
    });
    const timeout = new AbortController();
    await Promise.race([closed, delay(CLOSE_WITHIN_MS, undefined, { signal: timeout.signal }).catch(() => {})]);
    timeout.abort();
  }
}

const toAck = ({ topicName, partition, baseOffset }: RecordMetadata): PartitionAck => ({
  topic: topicName,
  partition,
  baseOffset: Number(baseOffset),
});
