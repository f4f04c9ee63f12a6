export * from './ack-window.ts';
export * from './commit-loop.ts';
export * from './ledger-book.ts';
export * from './log-consumer.port.ts';
export * from './log-producer.port.ts';
export * from './log-reader.port.ts';
export * from './log-record.ts';
export * from './partition-ledger.ts';
