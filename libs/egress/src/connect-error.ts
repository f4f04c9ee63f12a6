import type { Failure } from './failure-table.ts';

/** Why there is no connection, or no tunnel for one. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.message, { cause });
    this.failure = failure;
  }
}
