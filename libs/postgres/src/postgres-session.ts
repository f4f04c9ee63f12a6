import { BoundedClient } from './bounded-client.ts';

export interface SessionOptions {
  readonly url: string;
  /** Its tables are what unqualified names mean. */
  readonly schema: string;
  readonly applicationName: string;
  /** Runs once when the connection broke by itself; its locks are gone with it. Not after `close`. */
  readonly onLost: (error: Error) => void;
  readonly onNotification?: (channel: string) => void;
}

const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * One connection of its own, for what belongs to a session and not to a pool: advisory locks and LISTEN. While it lives,
 * so does the lock; work that needs the lock is done over this connection, so that losing one is losing the other.
 */
export class PostgresSession {
  readonly #client: BoundedClient;
  #isClosed = false;

  private constructor(client: BoundedClient, options: SessionOptions) {
    this.#client = client;
    client.on('notification', ({ channel }) => options.onNotification?.(channel));
    const lost = (reason: Error): void => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      // After an error the connection may still be open, and with it the lock, which nobody would then release.
      void client.end().catch(() => undefined);
      options.onLost(reason);
    };
    client.on('error', lost);
    client.on('end', () => lost(new Error('the session has ended')));
  }

  static async open(options: SessionOptions): Promise<PostgresSession> {
    const client = new BoundedClient({
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      answerTimeoutMs: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
      options: `-c search_path=${options.schema} -c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    });
    // Without a listener an error during the connect would end the process, though `connect` rejects as well.
    client.on('error', () => undefined);
    await client.connect();
    return new PostgresSession(client, options);
  }

  /** Takes the advisory lock of that name if nobody holds it; it is held until the session ends. */
  async tryLock(name: string): Promise<boolean> {
    const rows = await this.query<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [
      name,
    ]);
    return rows[0]?.taken === true;
  }

  async listen(channel: string): Promise<void> {
    await this.#client.query(`LISTEN ${this.#client.escapeIdentifier(channel)}`);
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> {
    const result = await this.#client.query(sql, [...parameters]);
    return result.rows as Row[];
  }

  /** Takes two seconds at most, also when the server does not answer. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#client.end();
  }
}
