import type { RunInfo } from '../folder/run-info.ts';

const METRIC = /^signalbox_dispatcher_webhooks_applied_offset (-?\d+)/m;

/**
 * How far each router and sender has applied the log of webhooks, by their ops listeners; -1 where nothing is applied yet.
 * @throws when no dispatcher runs: nothing would ever be in effect
 */
export async function appliedOffsets({ processes }: Pick<RunInfo, 'processes'>): Promise<readonly number[]> {
  const readers = processes.filter(({ name }) => name.startsWith('dispatcher') && !name.includes('scheduler'));
  if (readers.length === 0) throw new Error('No dispatcher runs that could apply a change of a webhook');
  return Promise.all(
    readers.map(async ({ opsUrl }) => {
      const response = await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(5_000) });
      return Number(METRIC.exec(await response.text())?.[1] ?? -1);
    }),
  );
}
