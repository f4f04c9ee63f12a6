import { SERVICES_BY_ROLE, SERVICES_IN_ONE, type ServiceName } from '@signalbox/sandbox';
import { parseArgs } from 'node:util';

export const USAGE = `npm run bench -- delivery [options]
  --deliveries N   deliveries of the drain; 60000 by default, 0 leaves it out
  --endpoints N    webhooks, each with a host of its own; 100 by default
  --fanout N       webhooks that one event matches; 1 by default
  --rate N         deliveries per second of the open loop; half of what the drain reached by default
  --seconds N      how long the open loop lasts; 15 by default, 0 leaves it out
  --without NAMES  services that do not run, separated by commas: monitoring, config-service
  --one            the dispatcher in one process instead of one for each role
  --running        on the sandbox that \`npm start\` runs, instead of one of its own
  --profile NAMES  services whose CPU profile of the drain is taken, separated by commas, such as dispatcher-sender
KAFKA_BROKERS (with KAFKA_SASL_*, KAFKA_TLS_* and TOPIC_*) and DATABASE_URL take the place of a Kafka and a Postgres
of its own.`;

export interface DeliveryOptions {
  readonly deliveries: number;
  readonly endpoints: number;
  readonly fanout: number;
  /** Deliveries per second; undefined: half of what the drain reached. */
  readonly rate: number | undefined;
  readonly seconds: number;
  readonly services: readonly ServiceName[];
  readonly isRunning: boolean;
  readonly profiled: readonly ServiceName[];
}

/** What was asked for cannot be understood; the message names the option and what would be right. */
export class UsageError extends Error {}

/** @throws UsageError */
export function readOptions(args: readonly string[]): DeliveryOptions {
  const values = parse(args);
  const all: readonly ServiceName[] = values.one ? SERVICES_IN_ONE : SERVICES_BY_ROLE;
  const without = namesIn('without', values.without, ['monitoring', 'config-service']);
  const services = all.filter((name) => !without.includes(name));
  const endpoints = integer('endpoints', values.endpoints, 1, 10_000);
  const fanout = integer('fanout', values.fanout, 1, endpoints);
  if (endpoints % fanout !== 0) throw new UsageError(`--fanout ${fanout} must divide --endpoints ${endpoints}`);
  const options: DeliveryOptions = {
    deliveries: integer('deliveries', values.deliveries, 0, 5_000_000),
    endpoints,
    fanout,
    rate: values.rate === undefined ? undefined : integer('rate', values.rate, 1, 100_000),
    seconds: integer('seconds', values.seconds, 0, 600),
    services,
    isRunning: values.running,
    profiled: namesIn('profile', values.profile, services),
  };
  if (options.deliveries === 0 && options.rate === undefined && options.seconds > 0) {
    throw new UsageError('--deliveries 0 leaves no measured rate to halve: give a --rate');
  }
  if (options.isRunning && options.profiled.length > 0) {
    throw new UsageError('--profile starts the services itself, so it cannot go with --running');
  }
  return options;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        deliveries: { type: 'string', default: '60000' },
        endpoints: { type: 'string', default: '100' },
        fanout: { type: 'string', default: '1' },
        rate: { type: 'string' },
        seconds: { type: 'string', default: '15' },
        without: { type: 'string', default: '' },
        profile: { type: 'string', default: '' },
        one: { type: 'boolean', default: false },
        running: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} is ${text}; it must be a whole number from ${min} to ${max}`);
}

function namesIn(option: string, text: string, known: readonly ServiceName[]): readonly ServiceName[] {
  const names = text.split(',').filter((name) => name !== '');
  const wrong = names.find((name) => !known.some((one) => one === name));
  if (wrong !== undefined) throw new UsageError(`--${option}: ${wrong} is none of ${known.join(', ')}`);
  return known.filter((one) => names.includes(one));
}
