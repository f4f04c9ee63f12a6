import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { runService } from '@signalbox/config';
import { createLogger, nestLogger } from '@signalbox/observability';
import { loadDispatcherEnvironment } from './dispatcher.environment.ts';
import { DispatcherModule } from './dispatcher.module.ts';
import { Dispatcher } from './dispatcher.ts';

await runService(async () => {
  const env = loadDispatcherEnvironment();
  const service = env.roles.length === 1 ? `dispatcher-${env.roles[0]}` : 'dispatcher';
  const logger = createLogger({ service, level: env.LOG_LEVEL });
  let isStopping = false;
  const fail = (error: Error): void => {
    logger.fatal({ err: error }, 'process.failed');
    process.exit(1);
  };
  // A stop ends by itself, and tells Kafka before of what was done as far as that goes; an end now would be a kill.
  const onFatal = (error: Error): void =>
    isStopping ? logger.warn({ err: error }, 'process.failed_while_stopping') : fail(error);
  const module = DispatcherModule.register(env, logger, onFatal);
  const app = await NestFactory.createApplicationContext(module, { logger: nestLogger(logger), abortOnError: false });
  const dispatcher = app.get(Dispatcher);
  const stop = (signal: string): void => {
    isStopping = true;
    logger.info({ signal }, 'process.stopping');
    dispatcher.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // A stop that overtakes the start ends it; that is no failure.
  await dispatcher.start().catch((error: unknown) => {
    if (!isStopping) throw error;
  });
});
