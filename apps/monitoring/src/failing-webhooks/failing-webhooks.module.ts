import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { retentionMsOf } from '../monitoring.environment.ts';
import { PROJECTION_GATES } from '../resends/projection-gates.port.ts';
import type { ProjectionGates } from '../resends/projection-gates.port.ts';
import { ResendsModule } from '../resends/resends.module.ts';
import { ENVIRONMENT } from '../shared.ts';
import { failingWebhooksRpcs } from './adapters/grpc/failing-webhooks.rpcs.ts';
import { PostgresFailureStreaks } from './adapters/postgres/failure-streaks.postgres.ts';
import { ListFailingWebhooks } from './application/list-failing-webhooks.ts';
import { FAILING_WEBHOOKS_RPCS } from './failing-webhooks.ts';

@Module({
  imports: [ResendsModule],
  providers: [
    {
      provide: ListFailingWebhooks,
      inject: [DataSource, PROJECTION_GATES, ENVIRONMENT],
      useFactory: (dataSource: DataSource, gates: ProjectionGates, env: MonitoringEnvironment) =>
        new ListFailingWebhooks({
          streaks: new PostgresFailureStreaks(dataSource),
          gates,
          keptMs: retentionMsOf(env),
        }),
    },
    {
      provide: FAILING_WEBHOOKS_RPCS,
      inject: [ListFailingWebhooks],
      useFactory: (listing: ListFailingWebhooks) => failingWebhooksRpcs(listing),
    },
  ],
  exports: [FAILING_WEBHOOKS_RPCS],
})
export class FailingWebhooksModule {}
