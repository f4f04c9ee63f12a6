/** One real Kafka and one real Postgres, for any number of spec files. */
export interface BackendServers {
  /** Comma list. */
  readonly kafkaBrokers: string;
  /** To a database in which nobody works; spec files make their own. */
  readonly postgresUrl: string;
  stop(): Promise<void>;
}
