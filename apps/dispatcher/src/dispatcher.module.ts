import type { DynamicModule, Type } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import type { TopicNames } from '@signalbox/contracts';
import { topicNames } from '@signalbox/contracts';
import type { KafkaConnection, LogFollower } from '@signalbox/kafka';
import { partitionCounts } from '@signalbox/kafka';
import type { Logger, Registry, Tracing } from '@signalbox/observability';
import { createRegistry, openTracing } from '@signalbox/observability';
import type { DispatcherEnvironment, RoleName } from './dispatcher.environment.ts';
import { Dispatcher } from './dispatcher.ts';
import { EVENT_TYPE_LOG, EventTypesModule } from './event-types/event-types.module.ts';
import type { OnFatal, Role } from './role.ts';
import { ENVIRONMENT, KAFKA_CONNECTION, LOGGER, ON_FATAL, PARTITIONS, REGISTRY, TOPICS, TRACING } from './role.ts';
import { ROUTER_ROLE, RouterModule } from './router/router.module.ts';
import { SCHEDULER_ROLE, SchedulerModule } from './scheduler/scheduler.module.ts';
import { SENDER_ROLE, SenderModule } from './sender/sender.module.ts';
import { TEST_PAYLOAD_ROLE, TestPayloadModule } from './test-payload/test-payload.module.ts';
import { WEBHOOK_LOG, WebhooksModule } from './webhooks/webhooks.module.ts';

const ROLE_MODULES: Record<RoleName, { readonly module: Type; readonly role: symbol }> = {
  router: { module: RouterModule, role: ROUTER_ROLE },
  sender: { module: SenderModule, role: SENDER_ROLE },
  scheduler: { module: SchedulerModule, role: SCHEDULER_ROLE },
};

/** A fact lies in its delivery's partition, so both topics must have as many. Also names topics that do not exist. */
async function countPartitions(connection: KafkaConnection, topics: TopicNames): Promise<number> {
  const own = [
    topics.deliveries,
    topics.attempts,
    topics.webhooks,
    topics.eventTypes,
    topics.deadLetters,
    ...topics.retries,
  ];
  const [deliveries = 0, attempts = 0] = await partitionCounts(connection, [...own, ...topics.authEvents]);
  if (deliveries === attempts) return deliveries;
  throw new Error(
    `${topics.deliveries} has ${deliveries} partitions and ${topics.attempts} has ${attempts}: they must be equal`,
  );
}

/** What every role needs. */
@Global()
@Module({})
class SharedModule {
  static register(env: DispatcherEnvironment, logger: Logger, onFatal: OnFatal): DynamicModule {
    const topics = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
    const connection: KafkaConnection = { ...kafkaConnectionOf(env), logger };
    const providers = [
      { provide: ENVIRONMENT, useValue: env },
      { provide: LOGGER, useValue: logger },
      { provide: ON_FATAL, useValue: onFatal },
      { provide: REGISTRY, useFactory: createRegistry },
      { provide: TRACING, useFactory: async () => openTracing(env, 'dispatcher') },
      { provide: TOPICS, useValue: topics },
      { provide: KAFKA_CONNECTION, useValue: connection },
      { provide: PARTITIONS, useFactory: async () => countPartitions(connection, topics) },
    ];
    return { module: SharedModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** The dispatcher's root of wiring: the roles of this process and what they share. */
@Module({})
export class DispatcherModule {
  static register(env: DispatcherEnvironment, logger: Logger, onFatal: OnFatal): DynamicModule {
    const chosen = [
      ...env.roles.map((role) => ROLE_MODULES[role]),
      ...(env.roles.includes('sender') ? [{ module: TestPayloadModule, role: TEST_PAYLOAD_ROLE }] : []),
    ];
    const needsWebhooks = env.roles.includes('router') || env.roles.includes('sender');
    return {
      module: DispatcherModule,
      imports: [
        SharedModule.register(env, logger, onFatal),
        ...(needsWebhooks ? [WebhooksModule] : []),
        ...(env.roles.includes('router') ? [EventTypesModule] : []),
        ...chosen.map(({ module }) => module),
      ],
      providers: [
        {
          provide: Dispatcher,
          useFactory: (
            registry: Registry,
            tracing: Tracing | undefined,
            webhookLog: LogFollower | undefined,
            eventTypeLog: LogFollower | undefined,
            ...roles: Role[]
          ) =>
            new Dispatcher({
              roles,
              webhookLog,
              eventTypeLog,
              ops: { host: env.OPS_HOST, port: env.OPS_PORT },
              registry,
              tracing,
              logger,
            }),
          inject: [
            REGISTRY,
            TRACING,
            { token: WEBHOOK_LOG, optional: true },
            { token: EVENT_TYPE_LOG, optional: true },
            ...chosen.map(({ role }) => role),
          ],
        },
      ],
    };
  }
}
