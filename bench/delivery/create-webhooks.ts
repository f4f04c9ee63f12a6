import type { Endpoint, Webhook } from './endpoints.ts';
import type { System } from './system.ts';
import { appendWebhooks } from './webhooks-on-the-log.ts';

/** A webhook for each endpoint, in their order. */
export async function createWebhooks(
  system: System,
  endpoints: readonly Endpoint[],
  onLine: (line: string) => void,
): Promise<readonly Webhook[]> {
  const { keyring } = system;
  if (keyring === undefined) throw new Error('the keyring of this system is not known');
  onLine(`appending ${endpoints.length} webhooks to the log`);
  return appendWebhooks(system, keyring, endpoints);
}
