import { parseArgs } from 'node:util';

export const PUBLISH_USAGE = `npm run publish -- FILE.ndjson | -  [options]
  Publishes each line of the file (or of standard input) as one event.
  --rate N        events per second; as fast as possible by default
  --repeat N      reads the input N times
  --tenant NAME   whose events they are; \`default\` by default
  --topic NAME    another auth-event topic
The brokers are those of the running sandbox, or KAFKA_BROKERS.`;

/** The command line is not one of {@link PUBLISH_USAGE}. */
export class UsageError extends Error {}

export interface PublishArguments {
  /** `-` is standard input. */
  readonly file: string;
  readonly ratePerSecond: number | undefined;
  readonly repeat: number;
  readonly tenant: string | undefined;
  readonly topic: string | undefined;
}

/** @throws UsageError */
export function readPublishArguments(args: readonly string[]): PublishArguments {
  const { values, positionals } = parse(args);
  const [file, ...further] = positionals;
  if (file === undefined || further.length > 0)
    throw new UsageError('Exactly one FILE is needed, or - for standard input');
  const repeat = Number(values.repeat);
  if (!Number.isInteger(repeat) || repeat < 1) throw new UsageError('--repeat must be a whole number from 1');
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  if (rate !== undefined && !(rate > 0)) throw new UsageError('--rate must be a number above 0');
  return { file, ratePerSecond: rate, repeat, tenant: values.tenant, topic: values.topic };
}

function parse(args: readonly string[]) {
  const options = {
    rate: { type: 'string' },
    repeat: { type: 'string', default: '1' },
    tenant: { type: 'string' },
    topic: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
