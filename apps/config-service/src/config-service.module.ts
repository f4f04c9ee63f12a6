import type { DynamicModule } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { identityKeyFrom } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import { createRegistry } from '@signalbox/observability';
import { assertMigrated, createDataSource, dataSourceOptions } from '@signalbox/postgres';
import type { PostgresOptions } from '@signalbox/postgres';
import { DataSource } from 'typeorm';
import { AccessModule } from './access/access.module.ts';
import { CatalogueModule } from './catalogue/catalogue.module.ts';
import type { ConfigServiceEnvironment } from './config-service.environment.ts';
import { ConsoleConfigController } from './console/console-config.controller.ts';
import { databaseOptions } from './database.ts';
import { DoorModule } from './door/door.module.ts';
import { OutboxModule } from './outbox/outbox.module.ts';
import { IdempotencyModule } from './idempotency/idempotency.module.ts';
import { databaseReadiness } from './readiness.ts';
import { DATABASE_READINESS, ENVIRONMENT, IDENTITY_KEY, LOGGER, REGISTRY } from './shared.ts';
import { WebhooksModule } from './webhooks/webhooks.module.ts';

/** A caller waits for it. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** What every slice needs. */
@Global()
@Module({})
class SharedModule {
  static register(env: ConfigServiceEnvironment, logger: Logger): DynamicModule {
    const providers = [
      { provide: ENVIRONMENT, useValue: env },
      { provide: LOGGER, useValue: logger },
      { provide: REGISTRY, useFactory: createRegistry },
      { provide: IDENTITY_KEY, useFactory: () => identityKeyFrom(env.INTERNAL_IDENTITY_KEY) },
    ];
    return { module: SharedModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** config-service's root of wiring. */
@Module({})
export class ConfigServiceModule {
  static register(env: ConfigServiceEnvironment, logger: Logger): DynamicModule {
    const database = {
      ...databaseOptions(env.DATABASE_URL, (error) => logger.warn({ err: error }, 'database.connection_lost')),
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    };
    return {
      module: ConfigServiceModule,
      imports: [
        SharedModule.register(env, logger),
        // Whoever started us hears at once that there is no database, and starts us again.
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSourceOptions(database), retryAttempts: 0 }),
          dataSourceFactory: async () => migratedDatabase(database),
        }),
        AccessModule,
        OutboxModule,
        IdempotencyModule,
        CatalogueModule,
        WebhooksModule,
        DoorModule,
      ],
      controllers: [ConsoleConfigController],
      providers: [{ provide: DATABASE_READINESS, inject: [DataSource], useFactory: databaseReadiness }],
    };
  }
}

/** @throws PendingMigrations for a database that is behind this version. */
async function migratedDatabase(options: PostgresOptions): Promise<DataSource> {
  const dataSource = await createDataSource(options).initialize();
  try {
    await assertMigrated(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}
