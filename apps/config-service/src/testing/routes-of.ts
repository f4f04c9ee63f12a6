import type { FastifyInstance } from 'fastify';
import { Test } from '@nestjs/testing';
import { createLogger } from '@signalbox/observability';
import type { RawEnvironment } from '@signalbox/config';
import { loadConfigServiceEnvironment } from '../config-service.environment.ts';
import { ConfigServiceModule } from '../config-service.module.ts';
import { publicListener } from '../http/public-listener.ts';

/** Every route that controllers of the service have, as `GET /api/hooks/:id`, from an instance that listens nowhere. */
export async function routesOf(environment: RawEnvironment): Promise<readonly string[]> {
  const env = loadConfigServiceEnvironment(environment);
  const logger = createLogger({ service: 'config-service', level: 'silent' });
  const module = await Test.createTestingModule({ imports: [ConfigServiceModule.register(env, logger)] }).compile();
  const listener = publicListener();
  const routes: string[] = [];
  listener.getInstance<FastifyInstance>().addHook('onRoute', ({ method, path }) => {
    // Fastify adds a HEAD to every GET.
    for (const name of [method].flat()) if (name !== 'HEAD') routes.push(`${name} ${path}`);
  });
  const app = module.createNestApplication(listener, { bodyParser: false, logger: false });
  await app.init();
  await app.close();
  return routes;
}
