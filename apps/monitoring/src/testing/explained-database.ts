import type { DataSource } from 'typeorm';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** What statements have read, as Postgres itself measured it. */
export interface StatementReads {
  /** Rows that were looked at in tables, whether they were wanted or not. */
  readonly rows: number;
  /** Tables of more than a page that were read from end to end. */
  readonly wholeTables: readonly string[];
}

/** Runs `work` on a database each of whose statements is explained, and tells what they have read. */
export async function readsOf(
  dataSource: DataSource,
  work: (explained: DataSource) => Promise<unknown>,
): Promise<StatementReads> {
  let rows = 0;
  const wholeTables: string[] = [];
  const look = (node: PlanNode): void => {
    const table = node['Relation Name'];
    if (table !== undefined) {
      const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
      rows += (node['Actual Rows'] + removed) * node['Actual Loops'];
      if (node['Node Type'] === 'Seq Scan' && node['Actual Loops'] > 0 && node['Actual Rows'] + removed > 100)
        wholeTables.push(table);
    }
    for (const child of node.Plans ?? []) look(child);
  };
  const query = async (sql: string, parameters?: unknown[]): Promise<unknown> => {
    const [explained] = await dataSource.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }[]>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`,
      parameters,
    );
    for (const { Plan } of explained?.['QUERY PLAN'] ?? []) look(Plan);
    return dataSource.query<unknown>(sql, parameters);
  };
  // Where prepared statements are run, beside TypeORM.
  const master = {
    query: async ({ text, values }: { text: string; values: unknown[] }) => ({ rows: await query(text, values) }),
  };
  const replaced: Readonly<Record<PropertyKey, unknown>> = { query, driver: { master } };
  await work(new Proxy(dataSource, { get: (of, name) => replaced[name] ?? (Reflect.get(of, name) as unknown) }));
  return { rows: Math.round(rows), wholeTables };
}
