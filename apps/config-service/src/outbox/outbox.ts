export { epochRowOf } from './adapters/postgres/epoch.postgres.ts';
export { epochOf, fillOutbox } from './adapters/postgres/fill-outbox.postgres.ts';
export { OutboxRelay } from './application/outbox-relay.ts';
export type { OutboxMessage } from './domain/outbox-message.ts';
