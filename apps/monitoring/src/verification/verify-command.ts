import { kafkaConnectionOf, loadEnvironment } from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { topicNames } from '@signalbox/contracts';
import { createTailReader, partitionOfKey } from '@signalbox/kafka';
import { databaseNowMs, inTransaction } from '@signalbox/postgres';
import { createMonitoringDataSource } from '../database/data-source.ts';
import { keptSinceMs, logCommandEnvironment, retentionMsOf } from '../monitoring.environment.ts';
import { PostgresStoredRows } from './adapters/postgres/stored-rows.postgres.ts';
import type { Verified } from './application/verify.ts';
import { verify } from './application/verify.ts';
import type { ComparedTime } from './domain/compare.ts';
import type { VerifyOptions } from './verify-options.ts';

/** More than these say nothing new to a reader; their number is printed. */
const MAX_PRINTED = 50;
/** About 250 MB. */
const MAX_FACTS = 400_000;
const HOUR_MS = 3_600_000;
/** The log shows what a fast clock has dated ahead, too. */
const AHEAD_MS = 366 * 24 * HOUR_MS;

const ALL: VerifyOptions = { webhookId: null, fromMs: null, toMs: null };

/** `verify`: prints what differs between the facts and the tables. Returns whether nothing does. */
export async function verifyCommand(
  rawEnv: RawEnvironment,
  print: (line: string) => void,
  options: VerifyOptions = ALL,
  maxFacts = MAX_FACTS,
): Promise<boolean> {
  const env = loadEnvironment(logCommandEnvironment, rawEnv);
  const topic = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS }).attempts;
  const dataSource = createMonitoringDataSource({ url: env.DATABASE_URL });
  const failed = Promise.withResolvers<never>();
  const reader = createTailReader({ connection: kafkaConnectionOf(env), topic, onFatal: failed.reject });
  let differences = 0;
  const onDifference = (difference: string): void => {
    if (differences++ < MAX_PRINTED) print(difference);
  };
  try {
    await Promise.all([dataSource.initialize(), reader.start()]);
    const time = timeOf(options, keptSinceMs(await databaseNowMs(dataSource), retentionMsOf(env)));
    const verifying = inTransaction(
      dataSource,
      async (manager) => {
        // Reading the topic may take longer than a statement or an idle transaction may otherwise.
        await manager.query('SET LOCAL idle_in_transaction_session_timeout = 0');
        await manager.query('SET LOCAL statement_timeout = 0');
        const stored = new PostgresStoredRows(manager);
        const { webhookId } = options;
        const partitionOf = partitionOfKey;
        return verify({ topic, reader, stored, time, webhookId, partitionOf, maxFacts, onDifference });
      },
      { isolation: 'REPEATABLE READ', retries: 0 },
    );
    const verified = await Promise.race([verifying, failed.promise]);
    if (differences > MAX_PRINTED) print(`… and ${differences - MAX_PRINTED} more`);
    for (const line of summaryOf(topic, verified)) print(line);
    print(differences === 0 ? 'no difference' : `${differences} differences`);
    return differences === 0;
  } finally {
    await reader.stop();
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/** Whole hours, so that no bucket is compared that counts deliveries which are not. */
function timeOf({ fromMs, toMs }: VerifyOptions, keptMs: number): ComparedTime {
  const untilMs = toMs ?? Date.now() + AHEAD_MS;
  return {
    sinceMs: Math.floor(Math.max(fromMs ?? 0, keptMs) / HOUR_MS) * HOUR_MS,
    untilMs: Math.ceil(untilMs / HOUR_MS) * HOUR_MS,
  };
}

function summaryOf(topic: string, verified: Verified): readonly string[] {
  const { facts, unreadable, deliveries, begins, emptied, time, passes } = verified;
  const begin = begins.map(({ partition, offset, timestampMs }) => {
    return `${partition} at offset ${offset} of ${new Date(timestampMs).toISOString()}`;
  });
  return [
    `${topic} begins in partition ${begin.length === 0 ? 'none: it is empty' : begin.join(', ')}`,
    ...(emptied.length === 0
      ? []
      : [
          `${topic} holds nothing any more in partition ${emptied.join(', ')}: what the tables have of it is not compared`,
        ]),
    `${facts} facts of ${topic} read up to where they are projected${passes > 1 ? `, in ${passes} passes` : ''}; ` +
      `${unreadable} records left out, unreadable or put aside`,
    `${deliveries} deliveries compared, first scheduled from ${new Date(time.sinceMs).toISOString()} on`,
  ];
}
