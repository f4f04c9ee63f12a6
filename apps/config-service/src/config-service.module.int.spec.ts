import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { createLogger } from '@signalbox/observability';
import { createDataSource, migrate } from '@signalbox/postgres';
import { startTestBackends } from '@signalbox/testing';
import type { TestBackends } from '@signalbox/testing';
import { loadConfigServiceEnvironment } from './config-service.environment.ts';
import { ConfigServiceModule } from './config-service.module.ts';
import { databaseOptions } from './database.ts';
import { DoorController } from './door/adapters/http/door.controller.ts';
import { publicListener } from './http/public-listener.ts';
import { WebhooksController } from './webhooks/adapters/http/webhooks.controller.ts';

let backends: TestBackends;
beforeAll(async () => {
  backends = await startTestBackends();
  const dataSource = await createDataSource(databaseOptions(backends.databaseUrl)).initialize();
  await migrate(dataSource);
  await dataSource.destroy();
});
afterAll(async () => {
  await backends?.stop();
});

describe('the wiring of config-service', () => {
  it('has everything every part asks for', async () => {
    const env = loadConfigServiceEnvironment({
      KAFKA_BROKERS: backends.kafkaBrokers,
      DATABASE_URL: backends.databaseUrl,
      SECRETS_KEYRING: `k1=${Buffer.alloc(32, 1).toString('base64')}`,
      INTERNAL_IDENTITY_KEY: Buffer.alloc(32, 2).toString('base64'),
      MONITORING_URL: 'http://127.0.0.1:1',
      MONITORING_GRPC_URL: '127.0.0.1:1',
      DISPATCHER_GRPC_URL: '127.0.0.1:1',
    });
    const module = await Test.createTestingModule({
      imports: [ConfigServiceModule.register(env, createLogger({ service: 'config-service', level: 'silent' }))],
    }).compile();
    const app = module.createNestApplication(publicListener(), { bodyParser: false });
    await app.init();
    expect(module.get(WebhooksController, { strict: false })).toBeDefined();
    expect(module.get(DoorController, { strict: false })).toBeDefined();
    await app.close();
  });
});
