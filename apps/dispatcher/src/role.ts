import type { ReadinessCheck } from '@signalbox/observability';

/** One of the dispatcher's jobs: one process each, or all in one. */
export interface Role {
  readonly name: string;
  readonly readiness: readonly ReadinessCheck[];
  /** `host:port`, once it listens; of a role that answers calls. */
  readonly grpcUrl?: string | undefined;
  /** Resolves when it works. */
  start(): Promise<void>;
  /** Ends what is under way cleanly, so that nothing has to be done twice. */
  stop(): Promise<void>;
}

/** Ends the process: it cannot go on, and is started again by whatever runs it. */
export const ON_FATAL = Symbol('OnFatal');
export type OnFatal = (error: Error) => void;

export const ENVIRONMENT = Symbol('DispatcherEnvironment');
export const LOGGER = Symbol('Logger');
export const REGISTRY = Symbol('Registry');
/** Undefined where no traces are wanted. */
export const TRACING = Symbol('Tracing');
export const TOPICS = Symbol('Topics');
export const KAFKA_CONNECTION = Symbol('KafkaConnection');
/** Number of partitions of `deliveries`, which is that of `attempts` too. */
export const PARTITIONS = Symbol('Partitions');
