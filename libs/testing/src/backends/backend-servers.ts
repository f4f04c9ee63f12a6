import { startKafka, startPostgres } from '@signalbox/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendServers } from './running-servers.ts';
import { isDockerThere, startContainers } from './containers.ts';

/** Whether the tests were asked to run on containers and can: `TEST_WITH=containers`, and a Docker engine answers. */
export async function shouldUseContainers(): Promise<boolean> {
  return process.env['TEST_WITH'] === 'containers' && (await isDockerThere());
}

/** Containers where the tests were asked to run on them and a Docker engine answers, else processes on this machine. */
export async function startBackendServers(): Promise<BackendServers> {
  return (await shouldUseContainers()) ? startContainers() : startProcesses();
}

async function startProcesses(): Promise<BackendServers> {
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-test-backends-'));
  const [kafka, postgres] = await Promise.allSettled([
    startKafka({ dir: join(dir, 'kafka') }),
    startPostgres({ dir: join(dir, 'postgres'), isDisposable: true }),
  ]);
  const stop = async (): Promise<void> => {
    const started = [kafka, postgres].filter((part) => part.status === 'fulfilled');
    await Promise.all(started.map((part) => part.value.stop()));
    await rm(dir, { recursive: true, force: true });
  };
  if (kafka.status === 'rejected' || postgres.status === 'rejected') {
    await stop();
    throw new Error('The test backends cannot start', {
      cause: kafka.status === 'rejected' ? kafka.reason : (postgres as PromiseRejectedResult).reason,
    });
  }
  return { kafkaBrokers: kafka.value.bootstrap, postgresUrl: postgres.value.url, stop };
}
