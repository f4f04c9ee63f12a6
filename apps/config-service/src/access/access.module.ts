import type { OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DataSource } from 'typeorm';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { ENVIRONMENT } from '../shared.ts';
import { ScopeGuard } from './adapters/http/scope.guard.ts';
import { MeController } from './adapters/http/me.controller.ts';
import { PostgresApiKeys } from './adapters/postgres/api-keys.postgres.ts';
import { ApiKeyAuthenticator } from './application/api-key-authenticator.ts';
import { bootstrapApiKey } from './application/bootstrap-api-key.ts';
import { AUTHENTICATOR } from './authenticator.port.ts';

@Module({
  controllers: [MeController],
  providers: [
    { provide: APP_GUARD, useClass: ScopeGuard },
    {
      provide: PostgresApiKeys,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresApiKeys(dataSource),
    },
    {
      provide: AUTHENTICATOR,
      inject: [PostgresApiKeys],
      useFactory: (keys: PostgresApiKeys) => new ApiKeyAuthenticator(keys),
    },
  ],
  exports: [AUTHENTICATOR],
})
export class AccessModule implements OnModuleInit {
  constructor(
    @Inject(ENVIRONMENT) private readonly env: ConfigServiceEnvironment,
    private readonly keys: PostgresApiKeys,
  ) {}

  async onModuleInit(): Promise<void> {
    const { BOOTSTRAP_API_KEY: key } = this.env;
    if (key !== undefined) await bootstrapApiKey(this.keys, key, Date.now());
  }
}
