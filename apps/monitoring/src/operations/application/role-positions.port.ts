import type { RolePosition } from '../domain/lag-report.ts';

/** Where every role is in its logs. */
export interface RolePositions {
  /** Rejects while Kafka does not answer. */
  read(): Promise<readonly RolePosition[]>;
  stop(): Promise<void>;
}

/** What waits in the database for somebody to look at it. */
export interface Unsettled {
  /** Dead letters that wait for a decision, by who put them aside. */
  readonly openLetters: ReadonlyMap<string, number>;
  /** Rows for whose time there was no partition when they came. */
  readonly strayRows: number;
}

export interface UnsettledRows {
  count(): Promise<Unsettled>;
}
