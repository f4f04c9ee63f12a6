import { readFileSync } from 'node:fs';

/** Of a `.cpuprofile` as Node's inspector gives it. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

const PACKAGES_LISTED = 16;
const FUNCTIONS_LISTED = 40;

/** Where a process spent its time itself, as shares of the time in which it was not idle. */
export function profileLines(file: string): readonly string[] {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const byFunction = new Map<string, number>();
  const byPackage = new Map<string, number>();
  let busyUs = 0;
  for (const [index, id] of samples.entries()) {
    const frame = nodeOf.get(id)?.callFrame;
    // The profiler's own work is none of the process's.
    if (frame === undefined || frame.functionName === '(idle)' || frame.url === 'node:inspector') continue;
    const us = timeDeltas[index] ?? 0;
    busyUs += us;
    const name = `${frame.functionName || '(anonymous)'}  ${placeOf(frame.url, frame.lineNumber)}`;
    byFunction.set(name, (byFunction.get(name) ?? 0) + us);
    const owner = packageOf(frame.url, frame.functionName);
    byPackage.set(owner, (byPackage.get(owner) ?? 0) + us);
  }
  const list = (of: ReadonlyMap<string, number>, count: number): readonly string[] =>
    [...of]
      .toSorted((one, other) => other[1] - one[1])
      .slice(0, count)
      .map(([name, us]) => `  ${((us / busyUs) * 100).toFixed(1).padStart(5)} %  ${name}`);
  return [
    `  busy ${(busyUs / 1e6).toFixed(1)} s; self time by package:`,
    ...list(byPackage, PACKAGES_LISTED),
    '  self time by function:',
    ...list(byFunction, FUNCTIONS_LISTED),
  ];
}

function placeOf(url: string, lineNumber: number): string {
  if (url === '') return '';
  const short = url.replace(/^.*\/node_modules\//, '').replace(/^file:\/\/.*\/(?=(?:apps|libs)\/)/, '');
  return `${short}:${lineNumber + 1}`;
}

function packageOf(url: string, functionName: string): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)';
  if (url.startsWith('node:'))
    return `node:${
      url
        .slice(5)
        .replace(/^internal\//, '')
        .split('/')[0]
    }`;
  const ours = /\/((?:apps|libs)\/[^/]+)\/dist\//.exec(url);
  const theirs = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url);
  return ours?.[1] ?? theirs?.[1] ?? url;
}
