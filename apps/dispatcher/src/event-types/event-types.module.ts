import { Module } from '@nestjs/common';
import type { TopicNames } from '@signalbox/contracts';
import type { KafkaConnection, LogFollower } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import type { OnFatal } from '../role.ts';
import { KAFKA_CONNECTION, LOGGER, ON_FATAL, REGISTRY, TOPICS } from '../role.ts';
import { followEventTypes } from './adapters/kafka/event-type-log.ts';
import { EventTypeDirectory } from './domain/event-type-directory.ts';
import { EVENT_TYPE_LOOKUP } from './event-type-lookup.port.ts';

export const EVENT_TYPE_LOG = Symbol('EventTypeLog');

@Module({
  providers: [
    { provide: EVENT_TYPE_LOOKUP, useFactory: () => new EventTypeDirectory() },
    {
      provide: EVENT_TYPE_LOG,
      useFactory: (
        connection: KafkaConnection,
        topics: TopicNames,
        directory: EventTypeDirectory,
        logger: Logger,
        registry: Registry,
        onFatal: OnFatal,
      ): LogFollower =>
        followEventTypes({ connection, topic: topics.eventTypes, onFatal, logger, registry }, directory),
      inject: [KAFKA_CONNECTION, TOPICS, EVENT_TYPE_LOOKUP, LOGGER, REGISTRY, ON_FATAL],
    },
  ],
  exports: [EVENT_TYPE_LOOKUP, EVENT_TYPE_LOG],
})
export class EventTypesModule {}
