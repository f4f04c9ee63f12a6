import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import { LINEAGE, epochRowOf } from '../../../outbox/outbox.ts';
import type { DatabaseState, Lack } from '../../application/database-state.port.ts';
import type { EventTypeRecord } from '@signalbox/contracts';
import type { Told, ToldWebhook } from '../../application/told-topics.port.ts';

const AT_ONCE = 1_000;

export class PostgresDatabaseState implements DatabaseState {
  readonly #database: SqlRunner;

  constructor(database: SqlRunner) {
    this.#database = database;
  }

  async identity(): Promise<string> {
    const rows = await rowsOf<{ identity: string }>(
      this.#database,
      `SELECT concat_ws('/', pg_postmaster_start_time(), ${LINEAGE}) AS identity`,
    );
    return rows[0]?.identity ?? '';
  }

  async isMarkedBehind(): Promise<boolean> {
    return (await epochRowOf(this.#database)).isBehind;
  }

  async markKnown(): Promise<void> {
    await rowsOf(this.#database, `UPDATE epoch SET known_as = ${LINEAGE} WHERE known_as IS DISTINCT FROM ${LINEAGE}`);
  }

  async markBehind(epoch: number): Promise<boolean> {
    const marked = await rowsOf(
      this.#database,
      'UPDATE epoch SET is_behind = true WHERE current = $1 RETURNING current',
      [epoch],
    );
    return marked.length > 0;
  }

  async lackOf(told: Told): Promise<Lack | undefined> {
    const { current: epoch } = await epochRowOf(this.#database);
    const words = await this.#wordsFor(told, epoch);
    return words === undefined ? undefined : { epoch, words };
  }

  async #wordsFor({ webhooks: told, eventTypes }: Told, current: number): Promise<string | undefined> {
    const same: [string, ToldWebhook][] = [];
    for (const [id, one] of told) {
      if (one.epoch > current) return `the topic is in epoch ${one.epoch}, the database in epoch ${current}`;
      // What the topic has of an older epoch is published anew, or will be.
      if (one.epoch === current) same.push([id, one]);
    }
    for (let from = 0; from < same.length; from += AT_ONCE) {
      const lack = await this.#lackIn(same.slice(from, from + AT_ONCE));
      if (lack !== undefined) return lack;
    }
    return this.#lackOfTypes([...eventTypes.values()], current);
  }

  async #lackIn(told: readonly (readonly [string, ToldWebhook])[]): Promise<string | undefined> {
    // A deletion of what this database never had is what `republish` itself leaves on the topic.
    const [lack] = await rowsOf<{ id: string; told: number; known: number | null }>(
      this.#database,
      `SELECT told.id, told.version AS told, known.version AS known
       FROM unnest($1::text[], $2::int[], $3::boolean[]) AS told (id, version, is_deleted)
       LEFT JOIN LATERAL (
         SELECT max(version) AS version FROM webhook_event WHERE webhook_id = told.id
       ) AS known ON true
       WHERE told.version > coalesce(known.version, 0) AND NOT (told.is_deleted AND known.version IS NULL)
       LIMIT 1`,
      [told.map(([id]) => id), told.map(([, { version }]) => version), told.map(([, { isDeleted }]) => isDeleted)],
    );
    if (lack === undefined) return undefined;
    const known = lack.known === null ? 'does not know it' : `knows version ${lack.known}`;
    return `the topic tells version ${lack.told} of webhook ${lack.id}, and the database ${known}`;
  }

  /** Every version of an event type comes from one sequence, which a restored database has turned back. */
  async #lackOfTypes(told: readonly EventTypeRecord[], current: number): Promise<string | undefined> {
    const [sequence] = await rowsOf<{ last: number }>(
      this.#database,
      'SELECT (CASE WHEN is_called THEN last_value ELSE 0 END)::float8 AS last FROM event_type_version',
    );
    const last = sequence?.last ?? 0;
    const lack = told.find(({ epoch, version }) => epoch > current || (epoch === current && version > last));
    if (lack === undefined) return undefined;
    const { epoch, version, name } = lack;
    return `the topic tells version ${version} of event type ${name} in epoch ${epoch}, and the database has come to ${last} in epoch ${current}`;
  }
}
