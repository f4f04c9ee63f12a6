import { readMetrics } from '../measure/metrics.ts';
import type { System } from './system.ts';

/** How many facts of each kind and detail the sender says that it has told: `attempted succeeded` → 20,000. */
export async function senderFacts(system: System): Promise<ReadonlyMap<string, number>> {
  const opsUrls = system.opsUrls();
  const opsUrl = opsUrls.get('dispatcher-sender') ?? opsUrls.get('dispatcher');
  if (opsUrl === undefined) return new Map();
  return new Map(
    [...(await readMetrics(opsUrl))].flatMap(([name, value]) => {
      const labels = /^signalbox_dispatcher_delivery_facts_total\{kind="([^"]*)",detail="([^"]*)"\}$/.exec(name);
      return labels === null ? [] : [[`${labels[1]} ${labels[2]}`, value] as const];
    }),
  );
}
