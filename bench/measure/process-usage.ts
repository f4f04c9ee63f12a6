import { readdirSync, readFileSync } from 'node:fs';

/** What is counted as one: a process and all that it starts, such as Postgres and its backends. */
export interface MeasuredProcess {
  readonly name: string;
  /** Undefined while it does not run. */
  readonly pid: () => number | undefined;
}

export interface Usage {
  /** User and system time since the process began, children that have ended included. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

interface Stat {
  readonly parent: number;
  readonly cpuSeconds: number;
}

// The kernel's USER_HZ, which is 100 on every architecture that Linux shows to programs.
const TICKS_PER_SECOND = 100;

/** By name. Linux only: it is read from /proc. A process that does not run is left out. */
export function usageOf(processes: readonly MeasuredProcess[]): ReadonlyMap<string, Usage> {
  const stats = readStats();
  return new Map(
    processes.flatMap(({ name, pid }) => {
      const root = pid();
      if (root === undefined || !stats.has(root)) return [];
      const pids = treeOf(root, stats);
      const cpuSeconds = pids.reduce((sum, one) => sum + (stats.get(one)?.cpuSeconds ?? 0), 0);
      // Processes of one tree share memory, which must not be counted for each of them.
      const memoryBytes = pids.reduce((sum, one) => sum + memoryOf(one, pids.length > 1 ? 'Pss' : 'Rss'), 0);
      return [[name, { cpuSeconds, memoryBytes }]];
    }),
  );
}

function treeOf(root: number, stats: ReadonlyMap<number, Stat>): readonly number[] {
  const tree = [root];
  for (const parent of tree) for (const [pid, stat] of stats) if (stat.parent === parent) tree.push(pid);
  return tree;
}

function readStats(): ReadonlyMap<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? readOf(`/proc/${entry}/stat`) : undefined;
    if (stat === undefined) continue;
    // The name, field 2, may hold spaces and ends with the last parenthesis; field 3 comes first here (proc_pid_stat(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    stats.set(Number(entry), { parent: Number(fields[1]), cpuSeconds: ticks / TICKS_PER_SECOND });
  }
  return stats;
}

function memoryOf(pid: number, kind: 'Rss' | 'Pss'): number {
  const kib = new RegExp(`^${kind}: +(\\d+) kB`, 'm').exec(readOf(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return Number(kib ?? 0) * 1_024;
}

/** Undefined when the process has just ended. */
function readOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
