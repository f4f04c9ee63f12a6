import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { Logger, Registry } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { ENVIRONMENT, LOGGER, REGISTRY } from '../shared.ts';
import { WebhooksModule } from '../webhooks/webhooks.module.ts';
import { measureOutbox } from './adapters/metrics/outbox.metrics.ts';
import { writeTombstones } from './adapters/postgres/write-tombstones.postgres.ts';
import { OutboxRelay } from './application/outbox-relay.ts';
import { makeRelay } from './make-relay.ts';
import type { PublishGate } from './publish-gate.port.ts';
import { PUBLISH_GATE } from './publish-gate.port.ts';

const TOMBSTONES_EVERY_MS = 3_600_000;

@Module({
  imports: [WebhooksModule],
  providers: [{ provide: OutboxRelay, inject: [ENVIRONMENT, LOGGER, PUBLISH_GATE], useFactory: relayOf }],
  exports: [OutboxRelay],
})
export class OutboxModule implements OnModuleDestroy, OnModuleInit {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    measureOutbox(this.registry, this.dataSource);
    this.#timer = setInterval(() => void this.writeTombstones(), TOMBSTONES_EVERY_MS).unref();
    void this.writeTombstones();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  private async writeTombstones(): Promise<void> {
    try {
      const count = await writeTombstones(this.dataSource, Date.now());
      if (count > 0) this.logger.info({ count }, 'tombstones.written');
    } catch (error) {
      // They are written in the next hour, or once a database that is behind was republished.
      this.logger.warn({ err: error }, 'tombstones.not_written');
    }
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
