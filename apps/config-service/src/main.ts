import 'reflect-metadata';
import { runService } from '@signalbox/config';
import { announceReady, createLogger } from '@signalbox/observability';
import { loadConfigServiceEnvironment } from './config-service.environment.ts';
import { ConfigService } from './config-service.ts';

/** Longer than all that is waited for at a stop; then whoever stopped us would kill us anyway, and without a word. */
const STOP_TIMEOUT_MS = 10_000;

await runService(async () => {
  const env = loadConfigServiceEnvironment(process.env);
  const logger = createLogger({ service: 'config-service', level: env.LOG_LEVEL });
  const starting = ConfigService.start(env, logger);
  const stop = (signal: string): void => {
    logger.info({ signal }, 'process.stopping');
    setTimeout(() => {
      logger.fatal({ after_ms: STOP_TIMEOUT_MS }, 'process.stop_timed_out');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    // A stop may overtake the start; a start that fails ends the process by itself.
    starting
      .then(async (service) => service.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.fatal({ err: error }, 'process.stop_failed');
          process.exit(1);
        },
      );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  announceReady(logger, (await starting).addresses);
});
