import { Module } from '@nestjs/common';
import { SocketTransport } from '@signalbox/egress';
import { identityKeyFrom } from '@signalbox/identity';
import type { Logger, Registry } from '@signalbox/observability';
import { Counter, metricName } from '@signalbox/observability';
import { SecretBox } from '@signalbox/secrets';
import type { DispatcherEnvironment } from '../dispatcher.environment.ts';
import { transportOptionsOf } from '../dispatcher.environment.ts';
import type { Role } from '../role.ts';
import { ENVIRONMENT, LOGGER, REGISTRY } from '../role.ts';
import { SendProfiles } from '../sender/signed-posts.ts';
import { EgressPayloadPoster } from './adapters/egress/egress-payload-poster.ts';
import { TestPayloadServer } from './adapters/grpc/test-payload.server.ts';
import { DEFAULT_TEST_LIMITS, PostTestPayloads } from './application/post-test-payloads.ts';

export const TEST_PAYLOAD_ROLE = Symbol('TestPayloadRole');

/** Runs beside the sender, with connections of its own: a test takes no socket from a delivery. */
@Module({
  providers: [
    {
      provide: TEST_PAYLOAD_ROLE,
      inject: [ENVIRONMENT, LOGGER, REGISTRY],
      useFactory: testPayloadRole,
    },
  ],
  exports: [TEST_PAYLOAD_ROLE],
})
export class TestPayloadModule {}

/** The gRPC listener and what is behind it, as a role of the process. */
export function testPayloadRole(env: DispatcherEnvironment, logger: Logger, registry: Registry): Role {
  const posted = new Counter({
    name: metricName('dispatcher', 'test_payloads', 'total'),
    help: 'What came of test payloads: ok, or the class of the error.',
    labelNames: ['result'],
    registers: [registry],
  });
  const transport = new SocketTransport({ ...transportOptionsOf(env), maxIdleConnections: 16 });
  const profiles = new SendProfiles(new SecretBox(env.keyring), env.urlRules);
  const server = new TestPayloadServer({
    host: env.GRPC_HOST,
    port: env.GRPC_PORT,
    identityKey: identityKeyFrom(env.INTERNAL_IDENTITY_KEY),
    posting: new PostTestPayloads(new EgressPayloadPoster(profiles, transport), DEFAULT_TEST_LIMITS, Date.now),
    onResult: ({ errorClass }) => posted.inc({ result: errorClass ?? 'ok' }),
    logger,
  });
  return {
    name: 'test-payload',
    readiness: [server.readiness],
    get grpcUrl() {
      return server.url;
    },
    start: async () => server.start(),
    stop: async () => {
      await server.stop();
      // Not awaited: a POST whose caller was told to go may hang for its whole timeout.
      void transport.close();
    },
  };
}
