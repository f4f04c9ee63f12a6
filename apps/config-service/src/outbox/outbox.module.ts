import type { OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Logger, Registry } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { ENVIRONMENT, LOGGER, REGISTRY } from '../shared.ts';
import { WebhooksModule } from '../webhooks/webhooks.module.ts';
import { measureOutbox } from './adapters/metrics/outbox.metrics.ts';
import { OutboxRelay } from './application/outbox-relay.ts';
import { makeRelay } from './make-relay.ts';
import type { PublishGate } from './publish-gate.port.ts';
import { PUBLISH_GATE } from './publish-gate.port.ts';

@Module({
  imports: [WebhooksModule],
  providers: [{ provide: OutboxRelay, inject: [ENVIRONMENT, LOGGER, PUBLISH_GATE], useFactory: relayOf }],
  exports: [OutboxRelay],
})
export class OutboxModule implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(REGISTRY) private readonly registry: Registry,
  ) {}

  onModuleInit(): void {
    measureOutbox(this.registry, this.dataSource);
  }
}

function relayOf(env: ConfigServiceEnvironment, logger: Logger, gate: PublishGate): OutboxRelay {
  return makeRelay(env, {
    gate,
    logger,
    onClosed: () => logger.error({}, 'database.behind'),
    onPublished: (records) => logger.debug({ records }, 'outbox.published'),
    onTrouble: (error) => logger.warn({ err: error }, 'outbox.interrupted'),
  });
}
