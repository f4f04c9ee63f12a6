import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftovers, unfinished } from '../folder/leftovers.ts';
import { cacheFolder } from '../paths.ts';
import { CommandFailed, runGuarded } from '../process/run-guarded.ts';
import { SandboxError } from '../sandbox-error.ts';
import { removeUnfinishedArchives } from './class-archive.ts';

export const KAFKA_VERSION = '4.2.0';

// slf4j-impl is no dependency of the broker; without it Kafka is silent even about why it cannot start.
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.signalbox</groupId>
  <artifactId>sandbox-kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>2.25.3</version>
    </dependency>
  </dependencies>
</project>
`;

const FETCHING = '.fetching-';

/**
 * The folder with Kafka's jars, fetched by Maven on first use. The folder appears by one rename, so that two processes
 * may fetch at once and none ever sees half of it.
 * @throws SandboxError when Java or Maven is missing, or when Maven cannot fetch
 */
export async function kafkaJars(
  onProgress: (line: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const cache = cacheFolder();
  const digest = createHash('sha256').update(POM).digest('hex').slice(0, 8);
  const target = join(cache, `kafka-${KAFKA_VERSION}-${digest}`);
  await removeUnfinishedArchives(target);
  await removeLeftovers(cache, FETCHING);
  if (existsSync(target)) return target;

  await mkdir(cache, { recursive: true });
  onProgress(`fetching Kafka ${KAFKA_VERSION} through Maven (about 45 MB, once)`);
  const partial = await mkdtemp(join(cache, unfinished(FETCHING)));
  try {
    const pom = join(partial, 'pom.xml');
    await writeFile(pom, POM);
    const args = ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime'];
    const output = `-DoutputDirectory=${join(partial, 'libs')}`;
    await runGuarded('mvn', [...args, output], signal && { signal });
    await rename(join(partial, 'libs'), target).catch((error: unknown) => {
      // Somebody else was faster; the jars are the same.
      if (!existsSync(target)) throw error;
    });
  } catch (error) {
    throw explained(error);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return target;
}

function explained(error: unknown): SandboxError {
  if ((error as Error).name === 'AbortError') {
    return new SandboxError('sandbox.stopped', 'The fetching of Kafka was stopped', { cause: error });
  }
  if (error instanceof CommandFailed && error.isMissing) {
    const hint =
      'Maven (`mvn`) was not found. Install Maven 3 and Java 17, or set KAFKA_BROKERS to use your own Kafka.';
    return new SandboxError('sandbox.tool_missing', hint, { cause: error });
  }
  const lines = error instanceof CommandFailed ? error.said.split('\n').filter((line) => line.includes('ERROR')) : [];
  const said = lines.slice(0, 3).join('\n') || String(error);
  return new SandboxError('sandbox.fetch_failed', `Maven could not fetch Kafka ${KAFKA_VERSION}:\n${said}`, {
    cause: error,
  });
}
