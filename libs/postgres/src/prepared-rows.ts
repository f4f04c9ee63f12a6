import type { Pool, PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/** One text under one name, everywhere in the process: a connection keeps the first text it was given for a name. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/**
 * The rows of one statement that every connection prepares once, over any connection of the pool and outside of any
 * transaction. For what is read at every call: TypeORM's query builder costs more than the whole statement does.
 *
 * @throws DatabaseError of pg, or an error of its connection; `postgresFaultOf` knows them.
 */
export async function preparedRowsOf<Row extends object>(
  dataSource: DataSource,
  { name, text }: PreparedStatement,
  parameters: readonly unknown[],
): Promise<readonly Row[]> {
  // TypeORM's Postgres driver keeps its pg pool here, and types it as anything.
  const { master: pool } = dataSource.driver as unknown as { readonly master: Pool };
  const { rows } = await pool.query<Row>({ name, text, values: [...parameters] });
  return rows;
}

/**
 * The same on the connection of a transaction. For what is written in every transaction and takes long to be planned.
 *
 * @throws DatabaseError of pg, or an error of its connection; `postgresFaultOf` knows them.
 */
export async function preparedRowsWithin<Row extends object>(
  manager: EntityManager,
  { name, text }: PreparedStatement,
  parameters: readonly unknown[],
): Promise<readonly Row[]> {
  if (manager.queryRunner === undefined) throw new Error('a prepared statement within a transaction needs one');
  const connection = (await manager.queryRunner.connect()) as PoolClient;
  const { rows } = await connection.query<Row>({ name, text, values: [...parameters] });
  return rows;
}
