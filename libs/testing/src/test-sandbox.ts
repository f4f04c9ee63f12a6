import { createSandbox, type Sandbox, type SandboxOptions } from '@signalbox/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shouldUseContainers } from './backends/backend-servers.ts';
import { startContainers } from './backends/containers.ts';

/** As on the sandbox's own Kafka of one broker. */
const SANDBOX_LAYOUT = { partitions: 12, retryPartitions: 3, replicationFactor: 1, minInsyncReplicas: 1 };

/**
 * The whole system in a temporary folder of its own: Kafka, Postgres and the services as processes. `stop()` removes the
 * folder. With `TEST_WITH=containers` and a Docker engine, Kafka and Postgres are containers and `sandbox.kafka` is
 * undefined; a test that kills brokers passes `needsOwnKafka`.
 */
export async function startTestSandbox(
  options: Omit<SandboxOptions, 'dir'> & { readonly needsOwnKafka?: boolean } = {},
): Promise<Sandbox> {
  const { needsOwnKafka = (options.brokers ?? 1) > 1, ...sandboxOptions } = options;
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  const containers = !needsOwnKafka && (await shouldUseContainers()) ? await startContainers() : undefined;
  const clean = async (): Promise<void> => {
    await containers?.stop();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const sandbox = await createSandbox({
      ...(containers && {
        kafkaBrokers: containers.kafkaBrokers,
        databaseUrl: containers.postgresUrl,
        makeAuthEventTopics: true,
      }),
      ...sandboxOptions,
      ...(containers && { topics: { ...options.topics, layout: { ...SANDBOX_LAYOUT, ...options.topics?.layout } } }),
      // Tests make what they need as fast as they can; a test of the limit sets its own.
      env: { RATE_LIMIT_PER_SECOND: '0', ...options.env },
      dir,
      isDisposable: true,
    });
    const stop = sandbox.stop.bind(sandbox);
    sandbox.stop = async () => {
      await stop();
      await clean();
    };
    return sandbox;
  } catch (error) {
    await clean();
    throw error;
  }
}
