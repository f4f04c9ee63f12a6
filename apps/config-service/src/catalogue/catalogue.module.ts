import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EventTypesController } from './adapters/http/event-types.controller.ts';
import { PostgresEventTypes } from './adapters/postgres/event-types.postgres.ts';
import { AjvPayloadSchemas } from './adapters/validation/payload-schemas.ajv.ts';
import { ManageEventTypes } from './application/manage-event-types.ts';
import { EVENT_TYPE_LOOKUP } from './event-type-lookup.port.ts';

@Module({
  controllers: [EventTypesController],
  providers: [
    {
      provide: PostgresEventTypes,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresEventTypes(dataSource),
    },
    { provide: EVENT_TYPE_LOOKUP, useExisting: PostgresEventTypes },
    {
      provide: ManageEventTypes,
      inject: [PostgresEventTypes],
      useFactory: (store: PostgresEventTypes) => new ManageEventTypes(store, new AjvPayloadSchemas(), Date.now),
    },
  ],
  exports: [EVENT_TYPE_LOOKUP],
})
export class CatalogueModule {}
