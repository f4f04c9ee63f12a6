import type { TopicNames } from '@signalbox/contracts';
import type { KafkaConnection } from '@signalbox/kafka';
import type { MeasuredProcess } from '../measure/process-usage.ts';

/** The processes of services that a bench may end and start. */
export interface OwnServices {
  stop(name: string): Promise<void>;
  /** kill -9. */
  kill(name: string): Promise<void>;
  /** Resolves when it is ready. */
  start(name: string): Promise<void>;
  logFile(name: string): string;
}

/** What is measured, whoever started it. */
export interface System {
  readonly connection: KafkaConnection;
  readonly topics: TopicNames;
  /** Before our own topics and groups. */
  readonly prefix: string;
  readonly isOwnKafka: boolean;
  /** Undefined without config-service. */
  readonly api: { readonly url: string; readonly databaseUrl: string } | undefined;
  /** What secrets on the log are sealed with; undefined where it is not ours to know. */
  readonly keyring: string | undefined;
  /** Services, Kafka and Postgres, as far as they run on this machine. */
  readonly processes: readonly MeasuredProcess[];
  /** Undefined where they are not ours to end. */
  readonly services: OwnServices | undefined;
  /** Ops addresses of the services, by name. */
  opsUrls(): ReadonlyMap<string, string>;
  stop(): Promise<void>;
}
