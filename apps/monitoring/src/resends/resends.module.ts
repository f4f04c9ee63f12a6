import { Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import { groupNames, topicNames } from '@signalbox/contracts';
import { createGroupLagReader, createLogProducer, MissingTopicError } from '@signalbox/kafka';
import type { GroupLagReader } from '@signalbox/kafka';
import type { Logger } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { retentionMsOf } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER } from '../shared.ts';
import { BULK_RESENDS, ResendsController } from './adapters/http/resends.controller.ts';
import { KafkaResentDeliveries } from './adapters/kafka/resent-deliveries.kafka.ts';
import { PostgresBulkResends } from './adapters/postgres/bulk-resends.postgres.ts';
import { projectedPositions } from './adapters/postgres/projected-positions.postgres.ts';
import { PostgresResendHolding } from './adapters/postgres/resend-holding.postgres.ts';
import { PostgresResendRequests } from './adapters/postgres/resend-requests.postgres.ts';
import type { ProjectionProgress } from './application/projection-gate.ts';
import { ProjectionGate } from './application/projection-gate.ts';
import type { BulkResends } from './application/bulk-resends.port.ts';
import { RequestBulkResend } from './application/request-bulk-resend.ts';
import { RequestResend } from './application/request-resend.ts';
import { ResendRelay } from './application/resend-relay.ts';
import type { ProjectionGates } from './projection-gates.port.ts';
import { PROJECTION_GATES } from './projection-gates.port.ts';
import { Resends } from './resends.ts';

const LOG_ENDS = Symbol('LogEnds');
const PROGRESS = Symbol('ProjectionProgress');
const PRODUCER = Symbol('ResendProducer');

@Module({
  controllers: [ResendsController],
  providers: [
    {
      provide: BULK_RESENDS,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresBulkResends(dataSource),
    },
    {
      provide: LOG_ENDS,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: (env: MonitoringEnvironment, logger: Logger) =>
        createGroupLagReader({ ...kafkaConnectionOf(env), logger }),
    },
    {
      provide: PROGRESS,
      inject: [ENVIRONMENT, DataSource, LOG_ENDS],
      useFactory: (env: MonitoringEnvironment, dataSource: DataSource, logEnds: GroupLagReader): ProjectionProgress => {
        const { deliveries, attempts } = topicsOf(env);
        const group = { groupId: groupNames(env.TOPIC_PREFIX).projector, topics: [deliveries, attempts] };
        return {
          ends: async () => {
            const positions = await logEnds.read([group]);
            // Without a topic there would be nothing to wait for, and every delivery would seem to be known.
            const missing = group.topics.filter((name) => !positions.some(({ topic }) => topic === name));
            if (missing.length > 0) throw new MissingTopicError(missing);
            return new Map(positions.map(({ topic, partition, logEnd }) => [`${topic}/${partition}`, logEnd]));
          },
          projected: async () => projectedPositions(dataSource, group.topics),
        };
      },
    },
    {
      provide: ProjectionGate,
      inject: [PROGRESS],
      useFactory: (progress: ProjectionProgress) => new ProjectionGate(progress),
    },
    {
      provide: PROJECTION_GATES,
      inject: [PROGRESS],
      useFactory: (progress: ProjectionProgress): ProjectionGates => ({ next: () => new ProjectionGate(progress) }),
    },
    {
      provide: PRODUCER,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: (env: MonitoringEnvironment, logger: Logger) =>
        createLogProducer({ connection: { ...kafkaConnectionOf(env), logger } }),
    },
    {
      provide: ResendRelay,
      inject: [ENVIRONMENT, LOGGER, PROGRESS, PRODUCER],
      useFactory: (
        env: MonitoringEnvironment,
        logger: Logger,
        progress: ProjectionProgress,
        producer: ReturnType<typeof createLogProducer>,
      ) =>
        new ResendRelay({
          holding: new PostgresResendHolding(env.DATABASE_URL),
          progress,
          deliveries: new KafkaResentDeliveries(producer, topicsOf(env).deliveries),
          keepMs: retentionMsOf(env),
          onRelayed: (count) => logger.info({ count }, 'resends.relayed'),
          onTrouble: (error) => logger.warn({ err: error }, 'resends.interrupted'),
        }),
    },
    {
      provide: RequestResend,
      inject: [DataSource, ProjectionGate, ResendRelay],
      useFactory: (dataSource: DataSource, gate: ProjectionGate, relay: ResendRelay) =>
        new RequestResend(new PostgresResendRequests(dataSource), gate, () => relay.nudge()),
    },
    {
      provide: RequestBulkResend,
      inject: [BULK_RESENDS, ProjectionGate],
      useFactory: (bulks: BulkResends, gate: ProjectionGate) => new RequestBulkResend(bulks, gate),
    },
    {
      provide: Resends,
      inject: [ResendRelay, PRODUCER, LOG_ENDS],
      useFactory: (relay: ResendRelay, producer: ReturnType<typeof createLogProducer>, logEnds: GroupLagReader) =>
        new Resends({ relay, producer, logEnds }),
    },
  ],
  exports: [Resends, PROJECTION_GATES],
})
export class ResendsModule {}

function topicsOf(env: MonitoringEnvironment) {
  return topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
}
