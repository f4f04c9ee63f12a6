/**
 * Makes and checks the topics, and commits a start offset where a group's partition has none. `npm run topics`, with the
 * options below after `--`. Exits 78 when the environment is wrong, 1 when the topics are, each time naming every fault.
 */
import { parseArgs } from 'node:util';
import type { StartAt } from '@signalbox/kafka';

await import('./build.ts');
const { groupNames, topicNames, topicSpecs } = await import('@signalbox/contracts');
const { EX_CONFIG, InvalidEnvironment, kafkaConnectionOf, kafkaEnvironment, loadEnvironment, topicEnvironment } =
  await import('@signalbox/config');
const {
  authEventTopicSpecs,
  commitStartOffsets,
  ensureTopics,
  GroupIsActiveError,
  StartOffsetNeededError,
  TopicFaultsError,
} = await import('@signalbox/kafka');

const USAGE = `npm run topics [-- OPTIONS]
  --from beginning|end|<unix ms>  where the router begins with auth events of which it has no offset
  --with-auth-events              makes upstream's topics too (sandbox and tests)`;

class UsageError extends Error {}

function startAt(text: string | undefined): StartAt | undefined {
  if (text === undefined || text === 'beginning' || text === 'end') return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--from ${text} is neither beginning nor end nor a time in Unix milliseconds`);
}

function readOptions(): { from: StartAt | undefined; withAuthEvents: boolean } {
  try {
    const { values } = parseArgs({
      options: { from: { type: 'string' }, 'with-auth-events': { type: 'boolean', default: false } },
    });
    return { from: startAt(values.from), withAuthEvents: values['with-auth-events'] };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function run(): Promise<void> {
  const { from, withAuthEvents } = readOptions();
  const env = loadEnvironment(kafkaEnvironment.extend(topicEnvironment.shape), process.env);
  const names = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  const layout = {
    partitions: env.TOPIC_PARTITIONS,
    retryPartitions: env.TOPIC_RETRY_PARTITIONS,
    replicationFactor: env.TOPIC_REPLICATION,
    minInsyncReplicas: env.TOPIC_MIN_ISR,
  };
  const connection = kafkaConnectionOf(env);
  const specs = [...(withAuthEvents ? authEventTopicSpecs(names, layout) : []), ...topicSpecs(names, layout)];
  const { created, checked } = await ensureTopics(connection, specs);
  for (const name of created) console.log(`made ${name}`);
  console.log(`${checked.length} topics were there and are right`);
  const groups = groupNames(env.TOPIC_PREFIX);
  const offsets = await commitStartOffsets(connection, { names, groups, ...(from !== undefined && { from }) });
  for (const { groupId, topic, partition, offset } of offsets) {
    console.log(`${groupId} begins with ${topic}[${partition}] at ${offset}`);
  }
}

/** One line for what a person can mend; the whole of an error that nobody foresaw. */
function reasonOf(error: unknown): unknown {
  const isOfTopics =
    error instanceof TopicFaultsError || error instanceof StartOffsetNeededError || error instanceof GroupIsActiveError;
  if (isOfTopics) return error.message;
  const isOfKafka = error instanceof Error && error.name.startsWith('KafkaJS');
  return isOfKafka ? `Kafka at ${process.env['KAFKA_BROKERS']} cannot be used: ${error.message}` : error;
}

try {
  await run();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else if (error instanceof InvalidEnvironment) {
    console.error(error.message);
    process.exitCode = EX_CONFIG;
  } else {
    console.error(reasonOf(error));
    process.exitCode = 1;
  }
}
