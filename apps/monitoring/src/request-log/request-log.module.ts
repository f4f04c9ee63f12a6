import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DeliveriesController } from './adapters/http/deliveries.controller.ts';
import { LogsController } from './adapters/http/logs.controller.ts';
import { PostgresRequestLog } from './adapters/postgres/request-log.postgres.ts';
import { REQUEST_LOG } from './application/request-log.port.ts';

@Module({
  controllers: [LogsController, DeliveriesController],
  providers: [
    {
      provide: REQUEST_LOG,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresRequestLog(dataSource),
    },
  ],
})
export class RequestLogModule {}
