import {
  EX_CONFIG,
  integerVariable,
  InvalidEnvironment,
  kafkaConnectionOf,
  kafkaEnvironment,
  loadEnvironment,
} from '@signalbox/config';
import { createLogProducer, MissingTopicError, partitionCounts, type KafkaConnection } from '@signalbox/kafka';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { readRunInfo } from '../folder/run-info.ts';
import { sandboxFolder } from '../paths.ts';
import { repeatedLines } from '../publish/input-lines.ts';
import { kafkaComplaints } from '../publish/kafka-complaints.ts';
import { publishLines } from '../publish/publish-lines.ts';
import { publishProgress } from '../publish/publish-progress.ts';
import { PUBLISH_USAGE, readPublishArguments, UsageError, type PublishArguments } from './publish-arguments.ts';

export interface CommandStreams {
  readonly stdin: Readable;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}

const EXIT_INTERRUPTED = 130;

/** A Kafka that does not answer to a few questions in a row is said to be away before anything is read. */
const PATIENCE = { retries: 6 };

const publishEnvironment = kafkaEnvironment.extend({
  MAX_EVENT_BYTES: integerVariable({ min: 1_024, max: 900 * 1_024 }).default(256 * 1_024),
});

/** `npm run publish`. Answers the exit code: 0, 1 when a line was bad or Kafka is away, 2 for wrong usage, 78 for a wrong environment. */
export async function publishCommand(args: readonly string[], streams: CommandStreams = process): Promise<number> {
  try {
    return await publish(readPublishArguments(args), streams);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    streams.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (isUsage) streams.stderr.write(`\n${PUBLISH_USAGE}\n`);
    if (error instanceof InvalidEnvironment) return EX_CONFIG;
    return isUsage ? 2 : 1;
  }
}

async function publish(given: PublishArguments, { stdin, stdout, stderr }: CommandStreams): Promise<number> {
  const isStdin = given.file === '-';
  const fileBytes = isStdin ? 0 : await sizeOf(given.file);
  const { connection, topic, maxEventBytes } = await target(given.topic);
  await assertThere(connection, topic);

  const progress = publishProgress(stderr, fileBytes * given.repeat);
  const producer = createLogProducer({
    connection: { ...connection, logger: kafkaComplaints((line) => progress.say(line)) },
  });
  let bad = 0;
  let good = 0;
  let acknowledged = 0;
  // What waits for a Kafka that is away would never end; what was acknowledged is all there is to say then.
  const onSignal = (): void => {
    progress.end();
    stdout.write(`stopped: ${acknowledged} events were published to ${topic}\n`, () => process.exit(EXIT_INTERRUPTED));
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, onSignal);
  const startedAt = performance.now();
  try {
    await producer.start();
    try {
      await publishLines(repeatedLines(isStdin ? stdin : given.file, given.repeat), {
        producer,
        topic,
        ...(given.tenant !== undefined && { tenant: given.tenant }),
        ...(given.ratePerSecond !== undefined && { ratePerSecond: given.ratePerSecond }),
        maxEventBytes,
        onBadLine: (line, why) => {
          bad++;
          progress.say(`line ${line.number}: ${why}`);
        },
        onGoodLine: (line) => progress.update((line.round - 1) * fileBytes + line.readBytes, ++good),
        onAcknowledged: () => acknowledged++,
      });
    } finally {
      await producer.stop();
    }
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    progress.end();
  }

  const seconds = (performance.now() - startedAt) / 1000;
  const rate = Math.round(acknowledged / seconds);
  stdout.write(`published ${acknowledged} events to ${topic} in ${seconds.toFixed(1)} s (${rate}/s)\n`);
  if (bad === 0) return 0;
  stdout.write(`${bad} bad line${bad === 1 ? '' : 's'} left out\n`);
  return 1;
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new Error(`${file} cannot be read`);
  if (found.isDirectory()) throw new Error(`${file} is a folder; name one file of events`);
  return found.size;
}

async function assertThere(connection: KafkaConnection, topic: string): Promise<void> {
  try {
    await partitionCounts({ ...connection, retry: PATIENCE }, [topic]);
  } catch (error) {
    if (error instanceof MissingTopicError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Kafka at ${connection.brokers.join(',')} cannot be used: ${why}`, { cause: error });
  }
}

interface Target {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly maxEventBytes: number;
}

/** The operator's Kafka where one is named, else that of the running sandbox. */
async function target(topic: string | undefined): Promise<Target> {
  const dir = sandboxFolder();
  const info = await readRunInfo(dir);
  const brokers = process.env['KAFKA_BROKERS'] || info?.kafkaBrokers;
  if (brokers === undefined) {
    throw new Error(`No sandbox runs in ${dir}. Start it with \`npm start\`, or set KAFKA_BROKERS.`);
  }
  const env = loadEnvironment(publishEnvironment, { ...process.env, KAFKA_BROKERS: brokers });
  const [fromEnvironment] = (process.env['AUTH_EVENT_TOPICS'] ?? '').split(',').filter((name) => name !== '');
  return {
    connection: { ...kafkaConnectionOf(env), clientId: 'signalbox-publish' },
    topic: topic ?? fromEnvironment ?? info?.topics.authEvents[0] ?? 'auth-events',
    maxEventBytes: env.MAX_EVENT_BYTES,
  };
}
