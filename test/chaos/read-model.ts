import { topicPrefixOf } from '@signalbox/contracts';
import type { RunInfo } from '@signalbox/sandbox';
import { repositoryRoot } from '@signalbox/sandbox';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Client } from 'pg';

export interface Verification {
  /** The recount equals the tables. */
  readonly isEqual: boolean;
  readonly deliveries: number;
  /** What the command printed, without its end. */
  readonly output: string;
}

/** What monitoring has stored, looked at from outside. */
export class ReadModel implements AsyncDisposable {
  private constructor(
    private readonly run: RunInfo,
    private readonly client: Client,
  ) {}

  static async connect(run: RunInfo): Promise<ReadModel> {
    const client = new Client({ connectionString: run.databaseUrl });
    await client.connect();
    return new ReadModel(run, client);
  }

  /** Records that are projected, all partitions together. */
  async projected(): Promise<{ readonly facts: number; readonly deliveries: number }> {
    const { rows } = await this.client.query<{ topic: string; records: string }>(
      'SELECT topic, sum(next_offset) AS records FROM monitoring.projection_offset GROUP BY topic',
    );
    const of = (topic: string): number => Number(rows.find((row) => row.topic === topic)?.records ?? 0);
    return { facts: of(this.run.topics.attempts), deliveries: of(this.run.topics.deliveries) };
  }

  /** `npm run monitoring -- verify`. */
  async verify(): Promise<Verification> {
    const { databaseUrl, kafkaBrokers, topics } = this.run;
    const env = {
      ...process.env,
      DATABASE_URL: databaseUrl,
      KAFKA_BROKERS: kafkaBrokers,
      TOPIC_PREFIX: topicPrefixOf(topics),
      AUTH_EVENT_TOPICS: topics.authEvents.join(','),
    };
    const cli = join(process.env['CHAOS_APPS_DIR'] ?? join(repositoryRoot(), 'apps'), 'monitoring', 'dist', 'cli.js');
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile(process.execPath, [cli, 'verify'], { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
      );
    });
    const deliveries = Number(/(\d+) deliveries compared/.exec(output)?.[1] ?? NaN);
    return { isEqual: code === 0, deliveries, output: output.trimEnd() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end();
  }
}
