/** What a service's ops listener says now: values by name and labels, as Prometheus text has them. */
export async function readMetrics(opsUrl: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${opsUrl.replace(/\/$/, '')}/metrics`, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${opsUrl}/metrics answered ${response.status}`);
  const values = new Map<string, number>();
  for (const line of (await response.text()).split('\n')) {
    const at = line.lastIndexOf(' ');
    if (at > 0 && !line.startsWith('#')) values.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return values;
}
