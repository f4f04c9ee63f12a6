import { setTimeout as sleep } from 'node:timers/promises';
import { usageOf, type MeasuredProcess, type Usage } from '../measure/process-usage.ts';
import type { CaughtUp } from './caught-up.ts';
import type { Child } from './child.ts';
import type { GroupRange } from './endpoints.ts';
import type { LoaderCalls, Published } from './loader.ts';
import type { ReceiverCalls } from './receiver.ts';

export interface PhaseOptions {
  readonly name: string;
  readonly events: number;
  /** Events per second; undefined: as fast as Kafka takes them. */
  readonly ratePerSecond?: number;
  /** A process is killed meanwhile: what was answered and not yet acknowledged comes again (invariant 3). */
  readonly mayDuplicate?: boolean;
  /** Which groups the events are of. */
  readonly groups: GroupRange;
}

/** What was measured from before the first event until all was received, committed and projected. */
export interface PhaseRun {
  readonly name: string;
  readonly published: Published;
  readonly mayDuplicate: boolean;
  readonly events: number;
  /** Deliveries of them to endpoints that answer. */
  readonly expected: number;
  readonly arrived: number;
  /** CPU seconds of this phase by process. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
  /** When it was over. */
  readonly memoryBytes: ReadonlyMap<string, number>;
  /** From the last arrival until router and sender had committed everything; undefined: not within two minutes. */
  readonly committedAfterMs: number | undefined;
  /** The same until monitoring had projected everything; null where it does not run. */
  readonly projectedAfterMs: number | undefined | null;
}

export interface Rig {
  readonly receiver: Child<ReceiverCalls>;
  readonly loader: Child<LoaderCalls>;
  readonly caughtUp: CaughtUp;
  readonly processes: readonly MeasuredProcess[];
  readonly fanout: number;
  /** These fail, and are not waited for. */
  failing: GroupRange;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** Without a further arrival for so long, what is missing is taken for lost. */
const STALLED_AFTER_MS = 30_000;
const CAUGHT_UP_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 100;
const SAY_EVERY_MS = 2_000;

/** Publishes, waits until it has all arrived and is done with, and measures. `firstSequence` is this phase's alone. */
export async function runPhase(rig: Rig, firstSequence: number, options: PhaseOptions): Promise<PhaseRun> {
  const { events, groups } = options;
  const { failing } = rig;
  const expected = answered(events, groups, failing) * rig.fanout;
  await rig.receiver.call('expect', { firstSequence, events, groups });
  const before = usageOf(rig.processes);
  const [published, arrived] = await Promise.all([
    rig.loader.call('publish', {
      firstSequence,
      events,
      groups,
      ...(options.ratePerSecond !== undefined && { ratePerSecond: options.ratePerSecond }),
    }),
    waitForArrivals(rig, options.name, events, expected),
  ]);
  const lastAtMs = performance.now();
  // What hangs is not committed before its attempts have timed out.
  const committedAfterMs =
    failing.count > 0 ? undefined : await zeroAfterMs(rig, lastAtMs, () => rig.caughtUp.uncommitted());
  const projectedAfterMs = rig.caughtUp.hasMonitoring
    ? await zeroAfterMs(rig, lastAtMs, () => rig.caughtUp.unprojected())
    : null;
  const after = usageOf(rig.processes);
  return {
    name: options.name,
    published,
    mayDuplicate: options.mayDuplicate === true,
    events,
    expected,
    arrived,
    cpuSeconds: mapOf(after, (usage, name) => usage.cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)),
    memoryBytes: mapOf(after, (usage) => usage.memoryBytes),
    committedAfterMs,
    projectedAfterMs,
  };
}

/** Events of groups that answer. */
function answered(events: number, groups: GroupRange, failing: GroupRange): number {
  const isFailing = (group: number): boolean => group >= failing.first && group < failing.first + failing.count;
  let count = 0;
  for (let index = 0; index < groups.count; index++) {
    if (!isFailing(groups.first + index)) count += Math.ceil((events - index) / groups.count);
  }
  return count;
}

/** Resolves with how many came when all have, or when no more come. */
async function waitForArrivals(rig: Rig, name: string, events: number, expected: number): Promise<number> {
  const startedAtMs = performance.now();
  let saidAtMs = startedAtMs;
  let movedAtMs = startedAtMs;
  let arrived = 0;
  for (;;) {
    const now = await rig.receiver.call('arrived', null);
    const nowMs = performance.now();
    if (now > arrived) movedAtMs = nowMs;
    if (nowMs - saidAtMs >= SAY_EVERY_MS) {
      const acknowledged = await rig.loader.call('acknowledged', null);
      const perSecond = Math.round(((now - arrived) / (nowMs - saidAtMs)) * 1_000);
      rig.onLine(
        `${name}: ${acknowledged} of ${events} events published, ${now} of ${expected} received (${perSecond}/s)`,
      );
      saidAtMs = nowMs;
      arrived = now;
    }
    if (now >= expected || nowMs - movedAtMs > STALLED_AFTER_MS) return now;
    await sleep(LOOK_EVERY_MS, undefined, { signal: rig.signal });
  }
}

/** Undefined when it does not come to that. */
async function zeroAfterMs(rig: Rig, fromMs: number, count: () => Promise<number>): Promise<number | undefined> {
  while (performance.now() - fromMs < CAUGHT_UP_WITHIN_MS) {
    if ((await count()) === 0) return performance.now() - fromMs;
    await sleep(LOOK_EVERY_MS, undefined, { signal: rig.signal });
  }
  return undefined;
}

function mapOf(
  usages: ReadonlyMap<string, Usage>,
  valueOf: (usage: Usage, name: string) => number,
): ReadonlyMap<string, number> {
  return new Map([...usages].map(([name, usage]) => [name, valueOf(usage, name)]));
}
