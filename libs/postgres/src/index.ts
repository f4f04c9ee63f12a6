export * from './data-source.ts';
export { databaseNowMs } from './database-clock.ts';
export { inHeldTransaction } from './held-transaction.ts';
export * from './migrate.ts';
export * from './postgres-error.ts';
export * from './postgres-session.ts';
export * from './prepared-rows.ts';
export * from './query.ts';
export * from './transaction.ts';
