import type { Sandbox } from '@signalbox/sandbox';

/** The value of a metric of one service process, summed over its labels; 0 where it has no sample yet. */
export async function metricOf(sandbox: Sandbox, service: string, name: string): Promise<number> {
  const process = sandbox.runInfo.processes.find((candidate) => candidate.name === service);
  if (process === undefined) throw new Error(`${service} does not run`);
  const response = await fetch(`${process.opsUrl}/metrics`);
  const lines = (await response.text()).split('\n');
  const samples = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
