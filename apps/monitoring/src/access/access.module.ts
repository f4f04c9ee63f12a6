import { Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { identityKeyFrom } from '@signalbox/identity';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { ENVIRONMENT } from '../shared.ts';
import { IDENTITY_KEY } from './identity.guard.ts';
import { OpenApiController } from './openapi.controller.ts';
import { UnknownRouteFilter } from './unknown-route.filter.ts';

@Global()
@Module({
  controllers: [OpenApiController],
  providers: [
    { provide: APP_FILTER, useClass: UnknownRouteFilter },
    {
      provide: IDENTITY_KEY,
      inject: [ENVIRONMENT],
      useFactory: (env: MonitoringEnvironment) => identityKeyFrom(env.INTERNAL_IDENTITY_KEY),
    },
  ],
  exports: [IDENTITY_KEY],
})
export class AccessModule {}
