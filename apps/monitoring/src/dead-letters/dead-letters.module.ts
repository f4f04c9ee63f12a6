import { Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import { groupNames, topicNames } from '@signalbox/contracts';
import { createLogConsumer, createLogProducer } from '@signalbox/kafka';
import type { LogConsumer, LogProducer } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER, REGISTRY } from '../shared.ts';
import { DeadLettersController } from './adapters/http/dead-letters.controller.ts';
import { KafkaSourceLog } from './adapters/kafka/source-log.kafka.ts';
import { lettersMetrics } from './adapters/metrics/letters.metrics.ts';
import { PostgresLetterProjection } from './adapters/postgres/letter-projection.postgres.ts';
import { PostgresLetters } from './adapters/postgres/letters.postgres.ts';
import { LetterProjector } from './application/letter-projector.ts';
import { LetterRetention } from './application/letter-retention.ts';
import type { Letters } from './application/letters.port.ts';
import { LETTERS } from './application/letters.port.ts';
import { SettleLetter } from './application/settle-letter.ts';
import { DeadLetters, REDRIVE_TARGETS } from './dead-letters.ts';
import type { RedriveTargets } from './domain/redrive.ts';

const PRODUCER = Symbol('DeadLettersProducer');

const topicsOf = (env: MonitoringEnvironment) =>
  topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });

@Module({
  controllers: [DeadLettersController],
  providers: [
    {
      provide: PRODUCER,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: (env: MonitoringEnvironment, logger: Logger): LogProducer =>
        createLogProducer({ connection: { ...kafkaConnectionOf(env), logger } }),
    },
    { provide: REDRIVE_TARGETS, inject: [ENVIRONMENT], useFactory: topicsOf },
    {
      provide: LETTERS,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresLetters(dataSource),
    },
    {
      provide: SettleLetter,
      inject: [LETTERS, PRODUCER, REDRIVE_TARGETS],
      useFactory: (letters: Letters, producer: LogProducer, targets: RedriveTargets) =>
        new SettleLetter({ letters, source: new KafkaSourceLog(producer), targets, now: Date.now }),
    },
    {
      provide: DeadLetters,
      inject: [ENVIRONMENT, DataSource, PRODUCER, LOGGER, REGISTRY],
      useFactory: (
        env: MonitoringEnvironment,
        dataSource: DataSource,
        producer: LogProducer,
        logger: Logger,
        registry: Registry,
      ): DeadLetters => {
        const projection = new PostgresLetterProjection(dataSource);
        const observer = lettersMetrics(registry, logger);
        const projector = new LetterProjector({ projection, observer });
        const createConsumer = (onFatal: (error: Error) => void): LogConsumer =>
          createLogConsumer({
            connection: { ...kafkaConnectionOf(env), logger },
            groupId: groupNames(env.TOPIC_PREFIX).deadLetters,
            topics: [topicsOf(env).deadLetters],
            handler: projector,
            onFatal,
          });
        return new DeadLetters({
          projector,
          retention: new LetterRetention(projection, observer),
          createConsumer,
          logger,
          producer,
        });
      },
    },
  ],
  exports: [DeadLetters],
})
export class DeadLettersModule {}
