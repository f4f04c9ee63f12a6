import { Client } from 'pg';
import { consoleTestSystem } from './console-test-system.ts';

/** What config-service has in its database: the far end of a click. */
export async function rowsOf<Row extends object>(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
  const client = new Client({ connectionString: consoleTestSystem().run.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
