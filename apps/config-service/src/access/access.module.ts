import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Logger } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { ENVIRONMENT, LOGGER } from '../shared.ts';
import { ApiKeysController } from './adapters/http/api-keys.controller.ts';
import { MeController } from './adapters/http/me.controller.ts';
import { ScopeGuard } from './adapters/http/scope.guard.ts';
import { JwtVerifier } from './adapters/jwt/jwt-verifier.ts';
import { PublishedKeys } from './adapters/jwt/published-keys.ts';
import { PostgresApiKeys } from './adapters/postgres/api-keys.postgres.ts';
import { Admission } from './application/admission.ts';
import { ApiKeyVerifier } from './application/api-key-verifier.ts';
import { bootstrapApiKey } from './application/bootstrap-api-key.ts';
import { KeyUsage } from './application/key-usage.ts';
import { KeyedLimiter } from './application/keyed-limiter.ts';
import { ManageApiKeys } from './application/manage-api-keys.ts';
import { AUTHENTICATOR } from './authenticator.port.ts';

@Module({
  controllers: [MeController, ApiKeysController],
  providers: [
    { provide: APP_GUARD, useClass: ScopeGuard },
    {
      provide: PostgresApiKeys,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresApiKeys(dataSource),
    },
    {
      provide: KeyUsage,
      inject: [PostgresApiKeys, LOGGER],
      useFactory: (keys: PostgresApiKeys, logger: Logger) =>
        new KeyUsage({ keys, onTrouble: (error) => logger.warn({ err: error }, 'api_keys.usage_not_written') }),
    },
    {
      provide: ApiKeyVerifier,
      inject: [PostgresApiKeys, KeyUsage],
      useFactory: (keys: PostgresApiKeys, usage: KeyUsage) => new ApiKeyVerifier(keys, usage),
    },
    {
      provide: ManageApiKeys,
      inject: [PostgresApiKeys, ApiKeyVerifier],
      useFactory: (keys: PostgresApiKeys, verifier: ApiKeyVerifier) => new ManageApiKeys(keys, verifier),
    },
    {
      provide: AUTHENTICATOR,
      inject: [ENVIRONMENT, ApiKeyVerifier, LOGGER],
      useFactory: admission,
    },
  ],
  exports: [AUTHENTICATOR],
})
export class AccessModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    @Inject(ENVIRONMENT) private readonly env: ConfigServiceEnvironment,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly keys: PostgresApiKeys,
    private readonly usage: KeyUsage,
  ) {}

  async onModuleInit(): Promise<void> {
    const { BOOTSTRAP_API_KEY: key, DEVELOPMENT_MODE: isDevelopment } = this.env;
    await bootstrapApiKey(this.keys, key, Date.now());
    if (isDevelopment) {
      // At any log level: whoever reaches the listener may do everything.
      this.logger
        .child({}, { level: 'warn' })
        .warn({ header: 'development-user-id', tenant_id: 'default' }, 'development_mode.every_caller_has_every_scope');
    }
    this.usage.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.usage.stop();
  }
}

function admission(env: ConfigServiceEnvironment, apiKeys: ApiKeyVerifier, logger: Logger): Admission {
  const { RATE_LIMIT_PER_SECOND: perSecond, AUTH_FAILURES_PER_MINUTE: perMinute } = env;
  return new Admission({
    apiKeys,
    jwts: jwtVerifier(env, logger),
    calls: new KeyedLimiter(
      perSecond === 0 ? undefined : { burst: perSecond * BURST_SECONDS, intervalMs: 1_000 / perSecond },
    ),
    failures: new KeyedLimiter(perMinute === 0 ? undefined : { burst: perMinute, intervalMs: 60_000 / perMinute }),
    trustedProxies: env.TRUST_PROXY,
    isDevelopment: env.DEVELOPMENT_MODE,
  });
}

/** What a caller has not used of its rate, up to this long, it may use at once: a page asks for much when it opens. */
const BURST_SECONDS = 5;

function jwtVerifier(env: ConfigServiceEnvironment, logger: Logger): JwtVerifier | undefined {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audiences, JWT_JWKS_URL: url } = env;
  if (issuer === undefined || audiences === undefined || url === undefined) return undefined;
  const keys = new PublishedKeys({
    url,
    onUnavailable: (error) => logger.warn({ err: error }, 'jwks.unavailable'),
  });
  // The first caller need not wait for them.
  void keys.refresh();
  return new JwtVerifier({
    keys,
    issuer,
    audiences,
    algorithms: env.JWT_ALGORITHMS,
    tenantClaim: env.JWT_TENANT_CLAIM,
    clockSkewSeconds: env.JWT_CLOCK_SKEW_SECONDS,
    onRefused: (reason) => logger.debug({ err: reason }, 'jwt.refused'),
  });
}
