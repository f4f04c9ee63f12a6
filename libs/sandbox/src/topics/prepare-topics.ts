import { kafkaConnectionOf, kafkaEnvironment, loadEnvironment } from '@signalbox/config';
import { groupNames, topicSpecs, type TopicLayout, type TopicNames } from '@signalbox/contracts';
import {
  authEventTopicSpecs,
  commitStartOffsets,
  ensureTopics,
  GroupIsActiveError,
  StartOffsetNeededError,
  TopicFaultsError,
} from '@signalbox/kafka';
import { SandboxError } from '../sandbox-error.ts';

export interface PrepareTopicsOptions {
  readonly prefix: string;
  readonly topics: TopicNames;
  readonly layout: TopicLayout;
  /** False where upstream's topics are the operator's. */
  readonly makeAuthEventTopics: boolean;
  /** `KAFKA_*`: how to reach Kafka. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes the topics that are missing, checks those that are there, and commits a start offset where a group has none.
 * @throws SandboxError with every fault
 */
export async function prepareTopics(options: PrepareTopicsOptions): Promise<void> {
  const { topics, layout, prefix, env } = options;
  const connection = kafkaConnectionOf(loadEnvironment(kafkaEnvironment, env));
  const upstream = options.makeAuthEventTopics ? authEventTopicSpecs(topics, layout) : [];
  try {
    await ensureTopics(connection, [...upstream, ...topicSpecs(topics, layout)]);
    await commitStartOffsets(connection, { names: topics, groups: groupNames(prefix) });
  } catch (error) {
    const isExpected =
      error instanceof TopicFaultsError ||
      error instanceof StartOffsetNeededError ||
      error instanceof GroupIsActiveError;
    const what = isExpected ? 'The topics cannot be used' : `Kafka at ${connection.brokers.join(',')} cannot be used`;
    const why = error instanceof Error ? error.message : String(error);
    // `npm start` has no such option, and its own Kafka ends with it.
    const hint =
      error instanceof StartOffsetNeededError
        ? `\nSay it once, while Kafka runs (npm run sandbox -- start): KAFKA_BROKERS=${connection.brokers.join(',')} npm run topics -- --from ...`
        : '';
    throw new SandboxError('sandbox.start_failed', `${what}: ${why}${hint}`, { cause: error });
  }
}
