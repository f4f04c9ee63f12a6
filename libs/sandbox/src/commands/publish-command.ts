import { InvalidEnvironment, kafkaConnectionOf, kafkaEnvironment, loadEnvironment } from '@signalbox/config';
import { createLogProducer, partitionCounts, type KafkaConnection } from '@signalbox/kafka';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { parseArgs } from 'node:util';
import { readRunInfo } from '../folder/run-info.ts';
import { sandboxFolder } from '../paths.ts';
import { repeatedLines } from '../publish/input-lines.ts';
import { publishLines } from '../publish/publish-lines.ts';
import { publishProgress } from '../publish/publish-progress.ts';

const USAGE = `npm run publish -- FILE.ndjson | -  [options]
  Publishes each line of the file (or of standard input) as one event.
  --rate N        events per second; as fast as possible by default
  --repeat N      reads the input N times
  --tenant NAME   whose events they are; \`default\` by default
  --topic NAME    another auth-event topic
The brokers are those of the running sandbox, or KAFKA_BROKERS.`;

export interface CommandStreams {
  readonly stdin: Readable;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}

class UsageError extends Error {}

/** `npm run publish`. Answers the exit code: 0, 1 when a line was bad or Kafka is away, 2 for wrong usage. */
export async function publishCommand(args: readonly string[], streams: CommandStreams = process): Promise<number> {
  try {
    return await publish(readArguments(args), streams);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    streams.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (isUsage) streams.stderr.write(`\n${USAGE}\n`);
    if (error instanceof InvalidEnvironment) return 78;
    return isUsage ? 2 : 1;
  }
}

interface Arguments {
  readonly file: string;
  readonly ratePerSecond: number | undefined;
  readonly repeat: number;
  readonly tenant: string | undefined;
  readonly topic: string | undefined;
}

function readArguments(args: readonly string[]): Arguments {
  const options = {
    rate: { type: 'string' },
    repeat: { type: 'string', default: '1' },
    tenant: { type: 'string' },
    topic: { type: 'string' },
  } as const;
  const { values, positionals } = parse();
  const [file, ...further] = positionals;
  if (file === undefined || further.length > 0)
    throw new UsageError('Exactly one FILE is needed, or - for standard input');
  const repeat = Number(values.repeat);
  if (!Number.isInteger(repeat) || repeat < 1) throw new UsageError('--repeat must be a whole number from 1');
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  if (rate !== undefined && !(rate > 0)) throw new UsageError('--rate must be a number above 0');
  return { file, ratePerSecond: rate, repeat, tenant: values.tenant, topic: values.topic };

  function parse() {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
  }
}

async function publish(given: Arguments, { stdin, stdout, stderr }: CommandStreams): Promise<number> {
  const isStdin = given.file === '-';
  const fileBytes = isStdin ? 0 : await sizeOf(given.file);
  const { connection, topic } = await target(given.topic);
  const maxEventBytes = Number(process.env['MAX_EVENT_BYTES'] ?? 256 * 1024);

  await partitionCounts(connection, [topic]);
  const producer = createLogProducer({ connection });
  await producer.start();
  const progress = publishProgress(stderr, fileBytes * given.repeat);
  const startedAt = performance.now();
  let bad = 0;
  let good = 0;
  const lines = repeatedLines(isStdin ? stdin : given.file, given.repeat);
  const published = await publishLines(lines, {
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
  });
  progress.end();
  await producer.stop();

  const seconds = (performance.now() - startedAt) / 1000;
  const rate = Math.round(published / seconds);
  stdout.write(`published ${published} events to ${topic} in ${seconds.toFixed(1)} s (${rate}/s)\n`);
  if (bad === 0) return 0;
  stdout.write(`${bad} bad line${bad === 1 ? '' : 's'} left out\n`);
  return 1;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    throw new Error(`${file} cannot be read`);
  }
}

/** The operator's Kafka where one is named, else that of the running sandbox. */
async function target(topic: string | undefined): Promise<{ connection: KafkaConnection; topic: string }> {
  const dir = sandboxFolder();
  const info = await readRunInfo(dir);
  const brokers = process.env['KAFKA_BROKERS'] || info?.kafkaBrokers;
  if (brokers === undefined) {
    throw new Error(`No sandbox runs in ${dir}. Start it with \`npm start\`, or set KAFKA_BROKERS.`);
  }
  const env = loadEnvironment(kafkaEnvironment, { ...process.env, KAFKA_BROKERS: brokers });
  const [fromEnvironment] = (process.env['AUTH_EVENT_TOPICS'] ?? '').split(',').filter((name) => name !== '');
  const byDefault = fromEnvironment ?? info?.topics.authEvents[0] ?? 'auth-events';
  return { connection: { ...kafkaConnectionOf(env), clientId: 'signalbox-publish' }, topic: topic ?? byDefault };
}
