export * from './attempt.codec.ts';
export * from './dead-letter.codec.ts';
export * from './delivery.codec.ts';
export * from './event-type.codec.ts';
export * from './operation.codec.ts';
export * from './proto-path.ts';
export * from './topics.ts';
export * from './webhook-state.codec.ts';
