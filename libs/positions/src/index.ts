export * from './ack-window.ts';
export * from './known-positions.ts';
export * from './ledger-book.ts';
export * from './partition-ledger.ts';
