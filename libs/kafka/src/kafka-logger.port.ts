/** What this library needs of a logger; a pino logger is one. */
export interface KafkaLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Where present, kafkajs makes no debug entries that nobody would read. */
  isLevelEnabled?(level: string): boolean;
}

export const silentLogger: KafkaLogger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  isLevelEnabled: () => false,
};
