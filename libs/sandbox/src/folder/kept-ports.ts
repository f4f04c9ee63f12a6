import { join } from 'node:path';
import { freePort, isPortFree } from '../process/free-ports.ts';
import { SandboxError } from '../sandbox-error.ts';
import { readJson, writeJson } from './kept-file.ts';

export interface WantedPort {
  /** Under which it is kept, e.g. `config-service.http`. */
  readonly key: string;
  /** Asked for by a person; not negotiable. */
  readonly configured?: { readonly port: number; readonly by: string };
}

/** @throws SandboxError `sandbox.port_in_use`, naming the variable that asks for the port */
export async function assertPortFree({ port, by }: NonNullable<WantedPort['configured']>): Promise<void> {
  if (await isPortFree(port)) return;
  const hint = `Choose another one, or leave ${by} unset for a free one.`;
  throw new SandboxError(
    'sandbox.port_in_use',
    `Port ${port} (${by}) on 127.0.0.1 is in use by another program. ${hint}`,
  );
}

/**
 * A port for each key: the configured one, else the one of the last run while it is free, else a free one.
 * @throws SandboxError `sandbox.port_in_use`, naming the variable that asks for it
 */
export async function keptPorts(dir: string, wanted: readonly WantedPort[]): Promise<ReadonlyMap<string, number>> {
  const file = join(dir, 'ports.json');
  const stored = (await readJson<Record<string, number>>(file)) ?? {};
  const ports = new Map<string, number>();
  for (const { key, configured } of wanted) {
    if (configured) await assertPortFree(configured);
    const last = stored[key];
    const isTaken = [...ports.values()].includes(last ?? 0);
    const isLastFree = last !== undefined && !isTaken && (await isPortFree(last));
    ports.set(key, configured?.port ?? (isLastFree ? last : await freePort()));
  }
  await writeJson(file, { ...stored, ...Object.fromEntries(ports) });
  return ports;
}
