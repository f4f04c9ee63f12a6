export { LINEAGE, epochRowOf } from './adapters/postgres/epoch.postgres.ts';
export { epochOf, fillOutbox } from './adapters/postgres/fill-outbox.postgres.ts';
export {
  DELETIONS_TOLD_FOR_MS,
  forgetDeletion,
  rememberDeletions,
} from './adapters/postgres/told-deletions.postgres.ts';
export { OutboxRelay } from './application/outbox-relay.ts';
export type { OutboxMessage } from './domain/outbox-message.ts';
export { stateTagOf } from './domain/state-tag.ts';
