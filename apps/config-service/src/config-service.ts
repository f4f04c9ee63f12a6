import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger, OpsListener, ReadinessCheck, ReadyAddresses, Registry } from '@signalbox/observability';
import { nestLogger, startOpsListener } from '@signalbox/observability';
import { authenticateRequests } from './access/adapters/http/authentication.hook.ts';
import type { Authenticator } from './access/authenticator.port.ts';
import { AUTHENTICATOR } from './access/authenticator.port.ts';
import type { ConfigServiceEnvironment } from './config-service.environment.ts';
import { ConfigServiceModule } from './config-service.module.ts';
import { serveConsole } from './console/console-files.ts';
import { HttpMonitoringGateway } from './door/adapters/http/monitoring-gateway.http.ts';
import { grpcServicesOf } from './grpc-services.ts';
import { closeServer } from './http/close-server.ts';
import { allowOrigins } from './http/cors.ts';
import { HttpErrorFilter } from './http/http-error.filter.ts';
import { publicListener } from './http/public-listener.ts';
import { logRequests } from './http/request-log.ts';
import { OutboxRelay } from './outbox/outbox.ts';
import { openApiDocument } from './openapi/openapi-document.ts';
import { serveOpenApi } from './openapi/openapi-page.ts';
import { DATABASE_READINESS, REGISTRY } from './shared.ts';
import { GrpcExecutionStats } from './webhooks/adapters/grpc/execution-stats.grpc.ts';
import { GrpcPayloadTester } from './webhooks/adapters/grpc/payload-tester.grpc.ts';
import type { GrpcListener } from './webhooks/adapters/grpc/grpc-listener.ts';
import { startGrpcListener } from './webhooks/adapters/grpc/grpc-listener.ts';

const STREAM_GRACE_MS = 500;
const FIRST_LOOK_MS = 10_000;

/** The running service: three listeners and the relay. */
export class ConfigService {
  readonly addresses: ReadyAddresses;
  readonly #app: NestFastifyApplication;
  readonly #grpc: GrpcListener;
  readonly #ops: OpsListener;

  private constructor(app: NestFastifyApplication, grpc: GrpcListener, ops: OpsListener, httpUrl: string) {
    this.#app = app;
    this.#grpc = grpc;
    this.#ops = ops;
    this.addresses = { opsUrl: ops.url, httpUrl, grpcUrl: grpc.url };
  }

  /**
   * Starts everything and resolves when it all listens.
   *
   * @throws what kept it from starting: no database, PendingMigrations, a port that is taken.
   */
  static async start(env: ConfigServiceEnvironment, logger: Logger): Promise<ConfigService> {
    const app = await NestFactory.create<NestFastifyApplication>(
      ConfigServiceModule.register(env, logger),
      publicListener({ publicUrl: env.PUBLIC_URL, signInUrl: env.CONSOLE_OIDC_ISSUER }),
      { logger: nestLogger(logger), abortOnError: false, bodyParser: false },
    );
    const closing: (() => Promise<void>)[] = [async () => app.close()];
    try {
      const ops = await startOpsListener({
        host: env.OPS_HOST,
        port: env.OPS_PORT,
        checks: [app.get<ReadinessCheck>(DATABASE_READINESS)],
        registry: app.get<Registry>(REGISTRY),
        logger,
      });
      closing.push(async () => ops.close());
      await firstLookOf(app.get(OutboxRelay));
      await openPublicListener(app, env, logger);
      const grpc = await startGrpcListener({
        host: env.GRPC_HOST,
        port: env.GRPC_PORT,
        services: (stopping) => grpcServicesOf(app, logger, stopping),
      });
      closing.push(async () => grpc.close());
      return new ConfigService(app, grpc, ops, (await app.getUrl()).replace('[::1]', '127.0.0.1'));
    } catch (error) {
      await Promise.allSettled(closing.map(async (close) => close()));
      throw error;
    }
  }

  /** Takes no new call, lets those under way end, and stops the relay; what it has not published stays in the outbox. */
  async stop(): Promise<void> {
    // Live streams would never end by themselves.
    const endStreams = setTimeout(() => this.#app.get(HttpMonitoringGateway).close(), STREAM_GRACE_MS);
    await Promise.all([closeServer(this.#app.getHttpServer()), this.#grpc.close(), this.#app.get(OutboxRelay).stop()]);
    clearTimeout(endStreams);
    // The database goes with it, so only when nobody asks any more.
    await this.#app.close();
    this.#app.get(HttpMonitoringGateway).close();
    this.#app.get(GrpcExecutionStats).close();
    this.#app.get(GrpcPayloadTester).close();
    await this.#ops.close();
  }
}

/** A restored database must be found out before its first write; without Kafka the service goes on all the same. */
async function firstLookOf(relay: OutboxRelay): Promise<void> {
  relay.start();
  const late = new AbortController();
  await Promise.race([relay.hasLooked, delay(FIRST_LOOK_MS, undefined, late).catch(() => undefined)]);
  late.abort();
}

async function openPublicListener(
  app: NestFastifyApplication,
  env: ConfigServiceEnvironment,
  logger: Logger,
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  app.useGlobalFilters(new HttpErrorFilter(logger));
  await allowOrigins(fastify, env.CORS_ORIGINS);
  authenticateRequests(fastify, app.get<Authenticator>(AUTHENTICATOR));
  logRequests(fastify, logger);
  await serveOpenApi(fastify, () => openApiDocument(app));
  if (env.CONSOLE_DIR !== undefined) await serveConsole(fastify, env.CONSOLE_DIR);
  await app.listen(env.HTTP_PORT, env.HTTP_HOST);
}
