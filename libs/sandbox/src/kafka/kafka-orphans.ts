import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endOrphan } from '../process/other-process.ts';

/**
 * Ends the brokers of an earlier run that still work in `dir`. To be done before anybody looks whether a port is free:
 * theirs are the ports that this run wants.
 */
export async function endKafkaOrphans(dir: string, onProgress: (line: string) => void): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  const nodes = names.filter((name) => name.startsWith('node-')).map((name) => join(dir, name));
  await Promise.all(nodes.map((node) => endNodeOrphan(node, onProgress)));
}

async function endNodeOrphan(nodeDir: string, onProgress: (line: string) => void): Promise<void> {
  const file = join(nodeDir, 'kafka.pid');
  const pid = Number(await readFile(file, 'utf8').catch(() => '0'));
  if (!pid) return;
  if ((await endOrphan(pid, join(nodeDir, 'server.properties'), 'SIGTERM')) === 'ended') {
    onProgress(`ended Kafka process ${pid}, left behind by an earlier run`);
  }
  await rm(file, { force: true });
}
