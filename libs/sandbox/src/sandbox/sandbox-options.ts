import type { TopicLayout } from '@signalbox/contracts';
import type { ServiceName } from './service-names.ts';

export type Environment = Readonly<Record<string, string>>;

export interface SandboxTopics {
  /** Before our own topics and groups; `signalbox.` by default. */
  readonly prefix?: string;
  /** `auth-events` by default. */
  readonly authEvents?: readonly string[];
  /** By default 12 partitions, 3 for retries, as many replicas as brokers; production's on the operator's own Kafka. */
  readonly layout?: Partial<TopicLayout>;
}

export interface SandboxOptions {
  /** Holds everything of this sandbox; only one process at a time may use it. */
  readonly dir: string;
  /** Which services run; by default all, the dispatcher in three processes. None: Kafka and Postgres alone. */
  readonly services?: readonly ServiceName[];
  /** Processes of a service; further ones are named `<service>-2` and so on. 1 by default. */
  readonly instances?: Partial<Readonly<Record<ServiceName, number>>>;
  /** Environment of all services; what the sandbox itself decides (addresses, brokers, keys) wins over it. */
  readonly env?: Environment;
  /** Environment of one service; wins over everything. */
  readonly serviceEnv?: Partial<Readonly<Record<ServiceName, Environment>>>;
  readonly brokers?: 1 | 3;
  readonly topics?: SandboxTopics;
  /** The operator's own, as a comma list; then no Kafka is started. */
  readonly kafkaBrokers?: string;
  /** By default where Kafka is ours: on the operator's own these topics belong to upstream. */
  readonly makeAuthEventTopics?: boolean;
  /** The operator's own; then no Postgres is started. */
  readonly databaseUrl?: string;
  /** Our own Postgres does not wait for the disk: what it holds outlives its process, not the machine. For tests. */
  readonly isDisposable?: boolean;
  /** Ports a person asked for, each with the variable that did; free ones are chosen and kept by default. */
  readonly ports?: Partial<Readonly<Record<ConfigurablePort, ConfiguredPort>>>;
  /** Where the built services are; `apps` of the repository by default. */
  readonly appsDir?: string;
  /** Ends a start that is under way; `createSandbox` rejects when all is stopped again. */
  readonly signal?: AbortSignal;
  /** Plain lines for people: progress, restarts, warnings. */
  readonly onLine?: (line: string) => void;
  /** Something that had been running cannot be kept running; the sandbox should be stopped. */
  readonly onFatal?: (error: Error) => void;
}

export type ConfigurablePort = 'kafka' | 'postgres' | 'http' | 'grpc';

export interface ConfiguredPort {
  readonly port: number;
  /** The variable to name when the port is in use. */
  readonly by: string;
}
