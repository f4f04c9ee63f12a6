import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { loadEnvironment, runService } from '@signalbox/config';
import { announceReady, createLogger, nestLogger } from '@signalbox/observability';
import { monitoringEnvironment } from './monitoring.environment.ts';
import { MonitoringModule } from './monitoring.module.ts';
import { Monitoring } from './monitoring.ts';

await runService(async () => {
  const env = loadEnvironment(monitoringEnvironment, process.env);
  const logger = createLogger({ service: 'monitoring', level: env.LOG_LEVEL });
  const onFatal = (error: Error): void => {
    logger.fatal({ err: error }, 'process.failed');
    process.exit(1);
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    MonitoringModule.register(env, logger),
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: nestLogger(logger), abortOnError: false },
  );
  const monitoring = app.get(Monitoring);
  let isStopping = false;
  const stop = (signal: string): void => {
    isStopping = true;
    logger.info({ signal }, 'process.stopping');
    monitoring
      .stop()
      .then(async () => app.close())
      .then(() => process.exit(0), onFatal);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await app.listen(env.HTTP_PORT, env.HTTP_HOST);
  const httpUrl = await app.getUrl();
  try {
    const grpcUrl = await monitoring.start();
    announceReady(logger, { opsUrl: httpUrl, httpUrl, grpcUrl });
  } catch (error) {
    // A stop that overtakes the start makes it fail; the stop goes on.
    if (!isStopping) throw error;
  }
});
