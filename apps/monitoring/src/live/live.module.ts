import { Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import { topicNames } from '@signalbox/contracts';
import type { Logger, Registry } from '@signalbox/observability';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER, REGISTRY } from '../shared.ts';
import { LiveController } from './adapters/http/live.controller.ts';
import { KafkaLiveLog } from './adapters/kafka/live-log.kafka.ts';
import { liveMetrics } from './adapters/metrics/live.metrics.ts';
import { LiveFeed } from './application/live-feed.ts';
import { LIVE } from './live.ts';

@Module({
  controllers: [LiveController],
  providers: [
    {
      provide: LiveFeed,
      inject: [ENVIRONMENT, LOGGER, REGISTRY],
      useFactory: (env: MonitoringEnvironment, logger: Logger, registry: Registry): LiveFeed => {
        const { attempts } = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
        return new LiveFeed({
          log: new KafkaLiveLog({ ...kafkaConnectionOf(env), logger }, attempts),
          observer: liveMetrics(registry, logger),
        });
      },
    },
    { provide: LIVE, useExisting: LiveFeed },
  ],
  exports: [LIVE],
})
export class LiveModule {}
