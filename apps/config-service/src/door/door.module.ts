import { Module } from '@nestjs/common';
import type { IdentityKey } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import { AccessModule } from '../access/access.module.ts';
import type { Authenticator } from '../access/authenticator.port.ts';
import { AUTHENTICATOR } from '../access/authenticator.port.ts';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { ENVIRONMENT, IDENTITY_KEY, LOGGER } from '../shared.ts';
import { WebhooksModule } from '../webhooks/webhooks.module.ts';
import { DoorController } from './adapters/http/door.controller.ts';
import { HttpMonitoringGateway } from './adapters/http/monitoring-gateway.http.ts';
import { MONITORING_GATEWAY } from './application/monitoring-gateway.port.ts';
import { STREAM_WATCH, StreamWatch } from './application/stream-watch.ts';

@Module({
  imports: [AccessModule, WebhooksModule],
  controllers: [DoorController],
  providers: [
    {
      provide: HttpMonitoringGateway,
      inject: [ENVIRONMENT, IDENTITY_KEY, LOGGER],
      useFactory: (env: ConfigServiceEnvironment, identityKey: IdentityKey, logger: Logger) =>
        new HttpMonitoringGateway({
          url: env.MONITORING_URL,
          identityKey,
          onUnavailable: (error) => logger.warn({ err: error }, 'monitoring.unavailable'),
        }),
    },
    { provide: MONITORING_GATEWAY, useExisting: HttpMonitoringGateway },
    {
      provide: STREAM_WATCH,
      inject: [AUTHENTICATOR],
      useFactory: (authenticator: Authenticator) => new StreamWatch(authenticator),
    },
  ],
  exports: [HttpMonitoringGateway],
})
export class DoorModule {}
