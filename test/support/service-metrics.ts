import type { Sandbox } from '@signalbox/sandbox';

/** The metrics of one service process added up, over their labels too; 0 where there is no sample yet. */
export async function metricOf(sandbox: Sandbox, service: string, ...names: readonly string[]): Promise<number> {
  const process = sandbox.runInfo.processes.find((candidate) => candidate.name === service);
  if (process === undefined) throw new Error(`${service} does not run`);
  const response = await fetch(`${process.opsUrl}/metrics`);
  const lines = (await response.text()).split('\n');
  const isAsked = (line: string): boolean =>
    names.some((name) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  const samples = lines.filter(isAsked);
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
