import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { failingWebhooksRpcs } from './adapters/grpc/failing-webhooks.rpcs.ts';
import { PostgresFailureStreaks } from './adapters/postgres/failure-streaks.postgres.ts';
import { FAILURE_STREAKS } from './application/failure-streaks.port.ts';
import type { FailureStreaks } from './application/failure-streaks.port.ts';
import { FAILING_WEBHOOKS_RPCS } from './failing-webhooks.ts';

@Module({
  providers: [
    {
      provide: FAILURE_STREAKS,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresFailureStreaks(dataSource),
    },
    {
      provide: FAILING_WEBHOOKS_RPCS,
      inject: [FAILURE_STREAKS],
      useFactory: (streaks: FailureStreaks) => failingWebhooksRpcs(streaks),
    },
  ],
  exports: [FAILING_WEBHOOKS_RPCS],
})
export class FailingWebhooksModule {}
