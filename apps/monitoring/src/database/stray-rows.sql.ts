import { PARTITIONED_TABLES } from './domain/partition-plan.ts';

/** More than this of a table is not counted: it is looked at every few seconds, and one is too many already. */
const MAX_COUNTED = 10_000;

/** How many rows lie in no partition of their time, as `rows`; see docs/read-models.md. */
export const COUNT_STRAY_ROWS = `SELECT (${PARTITIONED_TABLES.map(
  ({ table }) => `(SELECT count(*) FROM (SELECT 1 FROM monitoring.${table}_default LIMIT ${MAX_COUNTED}) AS rows)`,
).join(' + ')})::int4 AS rows`;
