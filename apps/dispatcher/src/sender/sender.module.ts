import { Module } from '@nestjs/common';
import type { TopicNames } from '@signalbox/contracts';
import { groupNames } from '@signalbox/contracts';
import { SocketTransport } from '@signalbox/egress';
import type { KafkaConnection } from '@signalbox/kafka';
import { createLogConsumer, createLogProducer, createTailReader, MAX_HEARTBEAT_AGE_MS } from '@signalbox/kafka';
import { identityKeyFrom } from '@signalbox/identity';
import type { Logger, Registry, Tracing } from '@signalbox/observability';
import { SecretBox } from '@signalbox/secrets';
import type { DispatcherEnvironment } from '../dispatcher.environment.ts';
import { transportOptionsOf } from '../dispatcher.environment.ts';
import { ConsumerLag, lagGauges } from '../consumer-lag.ts';
import { GroupRole } from '../group-role.ts';
import type { OnFatal, Role } from '../role.ts';
import { ENVIRONMENT, KAFKA_CONNECTION, LOGGER, ON_FATAL, REGISTRY, TOPICS, TRACING } from '../role.ts';
import type { WebhookLookup } from '../webhooks/webhook-lookup.port.ts';
import { WEBHOOK_LOOKUP } from '../webhooks/webhook-lookup.port.ts';
import { WebhooksModule } from '../webhooks/webhooks.module.ts';
import { GrpcReceiverDisabler } from './adapters/grpc/receiver-disabler.grpc.ts';
import { senderGauges, senderMetrics } from './adapters/metrics/sender.metrics.ts';
import { SendProfiles } from './application/send-profiles.ts';
import { Sender } from './application/sender.ts';
import { DEFAULT_SENDER_LIMITS } from './application/sender-options.ts';
import { DEFAULT_LANE_LIMITS } from './domain/lane.ts';

export const SENDER_ROLE = Symbol('SenderRole');

/** A rate limit is looked at this often; it makes up for being late. */
const TICK_MS = 50;

@Module({
  imports: [WebhooksModule],
  providers: [
    {
      provide: SENDER_ROLE,
      useFactory: (
        env: DispatcherEnvironment,
        connection: KafkaConnection,
        topics: TopicNames,
        directory: WebhookLookup,
        logger: Logger,
        registry: Registry,
        tracing: Tracing | undefined,
        onFatal: OnFatal,
      ): Role => {
        const producer = createLogProducer({
          connection,
          // What a process had queued when it was stopped waits until it knows what it still holds.
          mayStart: () => consumer.msSinceHeartbeat() <= MAX_HEARTBEAT_AGE_MS,
        });
        const tail = createTailReader({ connection, topic: topics.attempts, onFatal });
        const transport = new SocketTransport(transportOptionsOf(env));
        const disabler = new GrpcReceiverDisabler({
          address: env.CONFIG_GRPC_URL,
          identityKey: identityKeyFrom(env.INTERNAL_IDENTITY_KEY),
        });
        const handler = new Sender({
          directory,
          profiles: new SendProfiles(new SecretBox(env.keyring), env.urlRules),
          transport,
          disabler,
          producer,
          attemptsTail: tail,
          topics,
          laneLimits: DEFAULT_LANE_LIMITS,
          limits: DEFAULT_SENDER_LIMITS,
          now: Date.now,
          uptimeMs: () => performance.now(),
          observer: senderMetrics(registry, logger),
          tracing,
        });
        senderGauges(registry, handler);
        const lag = new ConsumerLag();
        const consumer = createLogConsumer({
          connection,
          groupId: groupNames(env.TOPIC_PREFIX).sender,
          topics: [topics.deliveries],
          handler: lag.watch(handler),
          onFatal,
        });
        lagGauges(registry, 'sender', lag, consumer);
        const role = new GroupRole({ name: 'sender', handler, consumer, producer, tail, tickMs: TICK_MS, onFatal });
        return {
          name: role.name,
          readiness: role.readiness,
          start: async () => role.start(),
          stop: async () => {
            try {
              await role.stop();
            } finally {
              await transport.close();
              disabler.close();
            }
          },
        };
      },
      inject: [ENVIRONMENT, KAFKA_CONNECTION, TOPICS, WEBHOOK_LOOKUP, LOGGER, REGISTRY, TRACING, ON_FATAL],
    },
  ],
  exports: [SENDER_ROLE],
})
export class SenderModule {}
