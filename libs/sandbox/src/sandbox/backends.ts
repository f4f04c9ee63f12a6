import { join } from 'node:path';
import { assertPortFree } from '../folder/kept-ports.ts';
import { endKafkaOrphans } from '../kafka/kafka-orphans.ts';
import { startKafka, type RunningKafka } from '../kafka/start-kafka.ts';
import { ensureDatabase } from '../postgres/database.ts';
import { endPostgresOrphan } from '../postgres/postgres-orphan.ts';
import { startPostgres, type RunningPostgres } from '../postgres/start-postgres.ts';
import { Reviver } from '../supervisor/reviver.ts';
import type { SandboxOptions } from './sandbox-options.ts';

/** Kafka and Postgres of a sandbox, or the operator's own. */
export interface Backends {
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
  /** Undefined where it is the operator's own. */
  readonly kafka: RunningKafka | undefined;
  readonly postgres: RunningPostgres | undefined;
  stop(): Promise<void>;
}

/**
 * Starts what is not the operator's own; what ends by itself later is started again. `prepareDatabase` runs as soon as
 * Postgres is there, which is long before Kafka is.
 */
export async function startBackends(
  dir: string,
  options: SandboxOptions,
  prepareDatabase: (databaseUrl: string) => Promise<void>,
): Promise<Backends> {
  const onLine = options.onLine ?? (() => undefined);
  const [kafkaDir, postgresDir] = [join(dir, 'kafka'), join(dir, 'postgres')];
  await Promise.all([endKafkaOrphans(kafkaDir, onLine), endPostgresOrphan(postgresDir, onLine)]);
  await assertConfiguredPortsFree(options);
  const onGivenUp = options.onFatal ?? (() => undefined);
  const running: { kafka?: RunningKafka; postgres?: RunningPostgres } = {};
  let stopping = false;
  const isWanted = (): boolean => !stopping;
  const revivers = new Map<object, Reviver>();
  const revive = (name: string, part: { start(): Promise<void> }, how: string): void => {
    const known = revivers.get(part);
    const reviver = known ?? new Reviver({ name, start: () => part.start(), isWanted, onLine, onGivenUp });
    if (!known) revivers.set(part, reviver);
    void reviver.ended(how);
  };

  const bringUpKafka = async (): Promise<string> => {
    if (options.kafkaBrokers !== undefined) return options.kafkaBrokers;
    running.kafka = await startKafka({
      dir: kafkaDir,
      ...(options.brokers !== undefined && { brokers: options.brokers }),
      ...(options.ports?.kafka && { port: options.ports.kafka.port }),
      ...(options.signal && { signal: options.signal }),
      onProgress: onLine,
      onUnexpectedEnd: (node, how) => revive('kafka', node, how),
    });
    return running.kafka.bootstrap;
  };
  const bringUpDatabase = async (): Promise<string> => {
    const databaseUrl = options.databaseUrl ?? (await bringUpPostgres());
    await prepareDatabase(databaseUrl);
    return databaseUrl;
  };
  const bringUpPostgres = async (): Promise<string> => {
    running.postgres = await startPostgres({
      dir: postgresDir,
      ...(options.ports?.postgres && { port: options.ports.postgres.port }),
      ...(options.isDisposable !== undefined && { isDisposable: options.isDisposable }),
      onProgress: onLine,
      onUnexpectedEnd: (server, how) => revive('postgres', server, how),
    });
    return ensureDatabase(running.postgres.url, 'signalbox');
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all([running.kafka?.stop(), running.postgres?.stop()]);
  };
  const [kafkaBrokers, databaseUrl] = await Promise.allSettled([bringUpKafka(), bringUpDatabase()]);
  if (kafkaBrokers.status === 'rejected' || databaseUrl.status === 'rejected') {
    await stop();
    throw kafkaBrokers.status === 'rejected' ? kafkaBrokers.reason : (databaseUrl as PromiseRejectedResult).reason;
  }
  return {
    kafka: running.kafka,
    postgres: running.postgres,
    kafkaBrokers: kafkaBrokers.value,
    databaseUrl: databaseUrl.value,
    stop,
  };
}

async function assertConfiguredPortsFree({ ports = {} }: SandboxOptions): Promise<void> {
  for (const configured of [ports.kafka, ports.postgres]) if (configured) await assertPortFree(configured);
}
