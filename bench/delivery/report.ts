import type { DeliveryOptions } from './options.ts';
import { ratePerSecondOf, type DeliveryRun } from './run-delivery.ts';
import type { MeasuredPhase } from './session.ts';

export interface Verdict {
  readonly isPassed: boolean;
  readonly lines: readonly string[];
}

/** PASS only when every delivery that was owed arrived once, and nothing else did. */
export function judge({ phases, receiver }: Pick<DeliveryRun, 'phases' | 'receiver'>): Verdict {
  // What is owed is counted at the publisher: events that Kafka acknowledged × webhooks that they match.
  const owed = sum(phases.map(({ expected, events, published }) => (expected / events) * published.acknowledged));
  const arrived = sum(phases.map(({ result }) => result.arrived));
  const unexplained = phases.filter(({ mayDuplicate }) => !mayDuplicate);
  const duplicated = sum(unexplained.map(({ result }) => result.duplicated));
  const afterKills = sum(phases.map(({ result }) => result.duplicated)) - duplicated;
  const { badSignatures, strangers, checkedByLibrary, firstFault } = receiver;
  const lost = owed - arrived;
  const isPassed = owed > 0 && lost === 0 && duplicated === 0 && badSignatures === 0 && strangers === 0;
  return {
    isPassed,
    lines: [
      `received  ${count(arrived)} of ${count(owed)} owed (acknowledged events × matching webhooks that answer, warm-up included); ` +
        `lost ${count(lost)}, duplicated ${count(duplicated)}${afterKills > 0 ? `, and ${count(afterKills)} after a kill -9` : ''}`,
      `verified  both signatures of every request: ${count(badSignatures)} wrong, ${count(strangers)} unexpected; ` +
        `${checkedByLibrary} also by the package standardwebhooks`,
      ...(firstFault === undefined ? [] : [`first fault: ${firstFault.trim()}`]),
      isPassed ? 'PASS' : 'FAIL',
    ],
  };
}

export function figureLines(run: DeliveryRun, options: DeliveryOptions): readonly string[] {
  const { drain, openLoop, facts } = run;
  const phases = [drain, openLoop].filter((phase) => phase !== undefined);
  return [
    `load      1 KB events, ${options.endpoints} endpoints, ${options.fanout} for each event`,
    ...(drain ? drainLines(drain) : []),
    ...(openLoop ? openLoopLines(openLoop, openLoop.deliveriesPerSecond, options.seconds) : []),
    ...phases.flatMap(caughtUpLines),
    `facts     ${facts.join(', ')}`,
    '',
    ...tableLines(phases),
    '',
  ];
}

function drainLines(drain: MeasuredPhase): readonly string[] {
  const { result, published } = drain;
  const seconds = ((result.lastAtUs - result.firstAtUs) / 1e6).toFixed(2);
  const publishRate = (published.acknowledged / published.tookMs) * 1_000;
  return [
    `drain     ${count(result.arrived)} deliveries in ${seconds} s: ${count(ratePerSecondOf(drain))}/s ` +
      `(first to last received), while ${count(published.acknowledged)} events were published at ${count(publishRate)}/s`,
  ];
}

function openLoopLines({ result, published }: MeasuredPhase, perSecond: number, seconds: number): readonly string[] {
  const { latencyMs } = result;
  if (latencyMs === undefined) return ['latency   nothing arrived'];
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  return [
    `latency   open loop at ${count(perSecond)}/s for ${seconds} s, publish to received: p50 ${ms(latencyMs.p50)}, ` +
      `p95 ${ms(latencyMs.p95)}, p99 ${ms(latencyMs.p99)}, max ${ms(latencyMs.max)} ` +
      `(loader behind by ${ms(published.latestMs)} at most)`,
  ];
}

function caughtUpLines({ name, committedAfterMs, projectedAfterMs }: MeasuredPhase): readonly string[] {
  const after = (ms: number | undefined): string => (ms === undefined ? 'never' : `after ${(ms / 1_000).toFixed(1)} s`);
  const projected = projectedAfterMs === null ? 'monitoring absent' : `projected ${after(projectedAfterMs)}`;
  return [`done      after the ${name}: all committed ${after(committedAfterMs)}, ${projected}`];
}

function tableLines(phases: readonly MeasuredPhase[]): readonly string[] {
  const names = new Set(phases.flatMap(({ cpuSeconds }) => [...cpuSeconds.keys()]));
  const head = ['CPU seconds per 1,000 deliveries', ...phases.map(({ name }) => name), 'memory'];
  const rows = [...names].map((name) => {
    const memory = Math.max(...phases.map(({ memoryBytes }) => memoryBytes.get(name) ?? 0));
    return [name, ...phases.map((phase) => perThousand(phase, [name])), `${Math.round(memory / 2 ** 20)} MiB`];
  });
  const ofSignalbox = [...names].filter((name) => !['receiver', 'loader'].includes(name));
  rows.push(['all but receiver, loader', ...phases.map((phase) => perThousand(phase, ofSignalbox)), '']);
  return [head, ...rows].map(
    ([name = '', ...cells]) => `${name.padEnd(34)}${cells.map((cell) => cell.padStart(11)).join('')}`,
  );
}

function perThousand({ cpuSeconds, result }: MeasuredPhase, names: readonly string[]): string {
  const seconds = sum(names.map((name) => cpuSeconds.get(name) ?? 0));
  return ((seconds / Math.max(1, result.arrived)) * 1_000).toFixed(4);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const count = (value: number): string => Math.round(value).toLocaleString('en-US');
