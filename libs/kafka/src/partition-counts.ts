import { createClient, type KafkaConnection } from './connection.ts';

/** A topic that a service needs does not exist. */
export class MissingTopicError extends Error {
  readonly code = 'kafka.missing_topic';

  constructor(readonly topics: readonly string[]) {
    super(`these topics do not exist: ${topics.join(', ')}; run the topics command, which makes them`);
    this.name = 'MissingTopicError';
  }
}

/**
 * The number of partitions of each topic, in the order asked.
 *
 * @throws MissingTopicError naming every topic that does not exist.
 */
export async function partitionCounts(
  connection: KafkaConnection,
  topics: readonly string[],
): Promise<readonly number[]> {
  const admin = createClient(connection).admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length > 0) throw new MissingTopicError(missing);
    const { topics: described } = await admin.fetchTopicMetadata({ topics: [...topics] });
    const counts = new Map(described.map(({ name, partitions }) => [name, partitions.length]));
    return topics.map((topic) => counts.get(topic) ?? 0);
  } finally {
    await admin.disconnect();
  }
}
