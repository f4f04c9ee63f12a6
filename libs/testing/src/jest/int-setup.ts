/**
 * Global setup of the `int` project. Spec files run in processes of their own, so they ask over HTTP for the one Kafka and
 * the one Postgres of the run, which start when the first of them does: a run that needs neither does not wait.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { BackendServers } from '../backends/running-servers.ts';

export interface SharedBackends {
  readonly server: Server;
  readonly started: () => Promise<BackendServers> | undefined;
}

declare global {
  var signalboxSharedBackends: SharedBackends | undefined;
}

async function start(): Promise<BackendServers> {
  // Jest loads this file by Node itself, which resolves the package to its build.
  const { startBackendServers } = await import('@signalbox/testing').catch((error: unknown) => {
    throw new Error('The tests need a build: npm run build', { cause: error });
  });
  return startBackendServers();
}

export default async function setup(): Promise<void> {
  let starting: Promise<BackendServers> | undefined;
  const server = createServer((_request, response) => {
    starting ??= start();
    starting.then(
      ({ kafkaBrokers, postgresUrl }) => response.end(JSON.stringify({ kafkaBrokers, postgresUrl })),
      (error: unknown) => response.writeHead(500).end(inspect(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  process.env['SIGNALBOX_TEST_BACKENDS'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  globalThis.signalboxSharedBackends = { server, started: () => starting };
}
