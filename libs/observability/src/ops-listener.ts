import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Logger } from './logger.ts';
import { nestLogger } from './nest-logger.ts';
import type { OpsOptions } from './ops.module.ts';
import { OpsModule } from './ops.module.ts';

export interface OpsListenerOptions extends OpsOptions {
  /** Default 127.0.0.1: these routes ask for no credential. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  readonly logger: Logger;
}

export interface OpsListener {
  /** Without a trailing slash, e.g. `http://127.0.0.1:41007`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a listener of its own for `/metrics`, `/health/live` and `/health/ready`. Rejects when the port is taken. */
export async function startOpsListener(options: OpsListenerOptions): Promise<OpsListener> {
  const app = await NestFactory.create<NestFastifyApplication>(
    OpsModule.register(options),
    // A scraper's idle connection must not hold up a stop.
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: nestLogger(options.logger), abortOnError: false },
  );
  await app.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return {
    url: (await app.getUrl()).replace('[::1]', '127.0.0.1'),
    close: async () => app.close(),
  };
}
