import type { Registry } from '@signalbox/observability';

const OWN = 'signalbox_dispatcher_';

/** What a scrape tells of the dispatcher: samples by name and labels, without what all names begin with and without buckets. */
export async function samplesOf(registry: Registry): Promise<Readonly<Record<string, number>>> {
  const lines = (await registry.metrics()).split('\n');
  const samples = lines
    .filter((line) => line.startsWith(OWN) && !line.includes('_bucket{'))
    .map((line) => {
      // A label's value may hold spaces, what is measured none.
      const valueAt = line.lastIndexOf(' ');
      return [line.slice(OWN.length, valueAt), Number(line.slice(valueAt))] as const;
    });
  return Object.fromEntries(samples);
}
