import { rename, rm } from 'node:fs/promises';

/**
 * The JVM's archive of Kafka's loaded classes, beside the jars: with it a broker starts with 3 s of CPU instead of 5.
 * A JVM that it does not fit ignores it.
 */
export const classArchive = (jars: string): string => `${jars}.jsa`;

/** Makes the archive that a node has just written the one that all use from now on; by one rename, as the jars. */
export async function keepClassArchive(jars: string, written: string | undefined): Promise<void> {
  if (written === undefined) return;
  await rename(written, classArchive(jars)).catch(() => undefined);
  await rm(written, { force: true });
}
