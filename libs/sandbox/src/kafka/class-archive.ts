import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { removeLeftovers, unfinished } from '../folder/leftovers.ts';

/**
 * The JVM's archive of Kafka's loaded classes, beside the jars: with it a broker starts with 3 s of CPU instead of 5.
 * A JVM that it does not fit ignores it.
 */
export const classArchive = (jars: string): string => `${jars}.jsa`;

/** Where a node writes an archive while it ends. */
export const newClassArchive = (jars: string): string => `${unfinished(`${classArchive(jars)}.`)}${randomUUID()}`;

/** Makes the archive that a node has just written the one that all use from now on; by one rename, as the jars. */
export async function keepClassArchive(jars: string, written: string | undefined): Promise<void> {
  if (written === undefined) return;
  await rename(written, classArchive(jars)).catch(() => undefined);
  await dropClassArchive(written);
}

/** Of a node that did not come to write the whole of it. */
export async function dropClassArchive(written: string | undefined): Promise<void> {
  if (written !== undefined) await rm(written, { force: true });
}

/** Those of processes that were killed. */
export const removeUnfinishedArchives = (jars: string): Promise<void> =>
  removeLeftovers(dirname(jars), `${basename(classArchive(jars))}.`);
