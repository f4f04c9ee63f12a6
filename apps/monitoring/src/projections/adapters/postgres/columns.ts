import type { Encode, Read } from './binary-array.ts';

/** A column of rows to be written: its name, its type in SQL, and its values as a binary array. */
export interface Column<Row> {
  readonly name: string;
  readonly type: 'bool' | 'bytea' | 'float8' | 'int4' | 'text' | 'timestamptz' | 'uuid';
  readonly of: (rows: readonly Row[]) => Buffer;
}

/** A column whose values are made by `encode` from what `read` gives for each row. */
export function column<Row, Value>(
  name: string,
  type: Column<Row>['type'],
  encode: Encode<Value>,
  read: Read<Row, Value>,
): Column<Row> {
  return { name, type, of: (rows) => encode(rows, read) };
}

/** `INSERT … SELECT FROM unnest(…)`: one statement and one parameter a column for any number of rows. */
export function insertSql<Row>(table: string, columns: readonly Column<Row>[], onConflict: string): string {
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  return `INSERT INTO ${table} AS known (${names}) SELECT * FROM unnest(${arrays}) ${onConflict}`;
}

export function parametersOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Buffer[] {
  return columns.map(({ of }) => of(rows));
}
