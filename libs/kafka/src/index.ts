export * from './ack-window.ts';
export * from './commit-loop.ts';
export * from './known-positions.ts';
export * from './ledger-book.ts';
export * from './log-consumer.port.ts';
export * from './log-producer.port.ts';
export * from './log-reader.port.ts';
export * from './log-record.ts';
export * from './partition-ledger.ts';

export * from './ensure-topics.ts';
export * from './kafka-logger.port.ts';
export { createLogConsumer, type KafkajsConsumerOptions } from './kafkajs-consumer.ts';
export { createLogFollower, type LogFollowerOptions } from './kafkajs-follower.ts';
export { createLogProducer, type LogProducerOptions } from './kafkajs-producer.ts';
export { createTailReader, type TailReaderOptions } from './kafkajs-tail-reader.ts';
export { type KafkaConnection, type SaslMechanism, type SaslOptions, type TlsOptions } from './connection.ts';
export * from './position-error.ts';
export * from './start-offsets.ts';
