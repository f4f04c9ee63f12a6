import { join } from 'node:path';
import { assertPortFree } from '../folder/kept-ports.ts';
import { startKafka, type RunningKafka } from '../kafka/start-kafka.ts';
import { ensureDatabase } from '../postgres/database.ts';
import { startPostgres, type RunningPostgres } from '../postgres/start-postgres.ts';
import { revive } from '../supervisor/revive.ts';
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

/** Starts what is not the operator's own; what ends by itself later is started again. */
export async function startBackends(dir: string, options: SandboxOptions): Promise<Backends> {
  const onLine = options.onLine ?? (() => undefined);
  const onGivenUp = options.onFatal ?? (() => undefined);
  await assertConfiguredPortsFree(options);
  let stopping = false;
  const isWanted = (): boolean => !stopping;

  const [kafka, postgres] = await Promise.allSettled([
    options.kafkaBrokers === undefined
      ? startKafka({
          dir: join(dir, 'kafka'),
          ...(options.brokers !== undefined && { brokers: options.brokers }),
          ...(options.ports?.kafka && { port: options.ports.kafka.port }),
          ...(options.signal && { signal: options.signal }),
          onProgress: onLine,
          onUnexpectedEnd: (node, how) =>
            void revive({ name: 'kafka', start: () => node.start(), isWanted, onLine, onGivenUp }, how),
        })
      : undefined,
    options.databaseUrl === undefined
      ? startPostgres({
          dir: join(dir, 'postgres'),
          ...(options.ports?.postgres && { port: options.ports.postgres.port }),
          onProgress: onLine,
          onUnexpectedEnd: (server, how) =>
            void revive({ name: 'postgres', start: () => server.start(), isWanted, onLine, onGivenUp }, how),
        })
      : undefined,
  ]);
  const running = {
    kafka: kafka.status === 'fulfilled' ? kafka.value : undefined,
    postgres: postgres.status === 'fulfilled' ? postgres.value : undefined,
  };
  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all([running.kafka?.stop(), running.postgres?.stop()]);
  };
  try {
    if (kafka.status === 'rejected') throw kafka.reason;
    if (postgres.status === 'rejected') throw postgres.reason;
    return {
      ...running,
      kafkaBrokers: options.kafkaBrokers ?? running.kafka?.bootstrap ?? '',
      databaseUrl: options.databaseUrl ?? (await ensureDatabase(running.postgres?.url ?? '', 'signalbox')),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assertConfiguredPortsFree({ ports = {} }: SandboxOptions): Promise<void> {
  for (const configured of [ports.kafka, ports.postgres]) if (configured) await assertPortFree(configured);
}
