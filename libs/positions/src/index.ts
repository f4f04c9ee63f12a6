export * from './ack-window.ts';
export * from './known-positions.ts';
export * from './known-tail.ts';
export * from './ledger-book.ts';
export * from './partition-ledger.ts';
export * from './past-positions.ts';
