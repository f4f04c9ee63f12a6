import { kafkaConnectionOf } from '@signalbox/config';
import { topicNames } from '@signalbox/contracts';
import type { KafkaLogger } from '@signalbox/kafka';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { SCHEMA } from '../database.ts';
import { KafkaOutboxLog } from './adapters/kafka/outbox-log.kafka.ts';
import { PostgresOutboxHolding } from './adapters/postgres/outbox.postgres.ts';
import { OutboxRelay } from './application/outbox-relay.ts';
import type { OutboxRelayOptions } from './application/outbox-relay.ts';

export type RelayEnvironment = Pick<ConfigServiceEnvironment, 'DATABASE_URL' | 'TOPIC_PREFIX' | 'AUTH_EVENT_TOPICS'> &
  Parameters<typeof kafkaConnectionOf>[0];

/** A relay of this installation, for the service and for commands that publish: one of all of them has its turn. */
export function makeRelay(
  env: RelayEnvironment,
  options: Omit<OutboxRelayOptions, 'holding' | 'log'> & { readonly logger: KafkaLogger },
): OutboxRelay {
  const names = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  return new OutboxRelay({
    ...options,
    holding: new PostgresOutboxHolding({ url: env.DATABASE_URL, schema: SCHEMA }),
    log: new KafkaOutboxLog({
      connection: { ...kafkaConnectionOf(env), logger: options.logger },
      topics: { webhooks: names.webhooks, 'event-types': names.eventTypes, operations: names.operations },
      writerName: `${env.TOPIC_PREFIX}config-service.outbox`,
    }),
  });
}
