import type { DataSource, EntityManager } from 'typeorm';

/** Runs raw SQL: a DataSource takes any connection of the pool, an EntityManager the one of its transaction. */
export type SqlRunner = Pick<DataSource | EntityManager, 'query'>;

/** The rows of one statement. TypeORM answers UPDATE and DELETE with [rows, count]; here every statement answers alike. */
export async function rowsOf<Row>(
  runner: SqlRunner,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const result: unknown = await runner.query(sql, [...parameters]);
  const rows: unknown = Array.isArray(result) && Array.isArray(result[0]) ? result[0] : result;
  return rows as readonly Row[];
}
