import type { TimelineEntry } from './deliveries.query.ts';

export interface TimelineStep {
  readonly entry: TimelineEntry;
  /** From the end of what came before it in its round; undefined for the first. */
  readonly waitedMs: number | undefined;
}

export interface TimelineRound {
  /** 0 is the event's own; a resend is a further one. */
  readonly round: number;
  /** Who asked for it and when, as far as it is known. */
  readonly asked: TimelineEntry | undefined;
  readonly steps: readonly TimelineStep[];
  /** When the next attempt is due; undefined where none follows, or its time is not known. */
  readonly dueAtMs: number | undefined;
}

/** What happened, by rounds, with the waits between; `timeline` is in the order it happened. */
export function roundsOf(timeline: readonly TimelineEntry[]): readonly TimelineRound[] {
  const numbers = [...new Set(timeline.map(({ round }) => round))];
  return numbers.map((round) => {
    const ofRound = timeline.filter((entry) => entry.round === round);
    const happened = ofRound.filter(({ kind }) => kind !== 'resent');
    const steps = happened.map((entry, index) => ({ entry, waitedMs: waitBefore(happened[index - 1], entry) }));
    const last = happened.at(-1);
    const isOpen = last?.kind === 'deferred' || last?.outcome === 'retrying';
    return {
      round,
      asked: ofRound.find(({ kind }) => kind === 'resent'),
      steps,
      dueAtMs: isOpen ? last.nextAttemptAt : undefined,
    };
  });
}

function waitBefore(before: TimelineEntry | undefined, entry: TimelineEntry): number | undefined {
  return before === undefined ? undefined : Math.max(0, (entry.startedAt ?? entry.at) - before.at);
}

/** The last attempt of each kind of error: what to do about it is said there, and not at every attempt before. */
export function advisingEntries(timeline: readonly TimelineEntry[]): ReadonlySet<TimelineEntry> {
  const byError = new Map(
    timeline.flatMap((entry) => (entry.errorClass === undefined ? [] : [[entry.errorClass, entry]])),
  );
  return new Set(byError.values());
}

export type DurationStep = 'dns' | 'connect' | 'tls' | 'firstByte' | 'rest';

/** The parts of an attempt's duration, in order; those that did not happen are left out. */
export function durationSteps(durations: NonNullable<TimelineEntry['durations']>): readonly [DurationStep, number][] {
  const { dns = 0, connect = 0, tls = 0, firstByte = 0, total } = durations;
  const rest = Math.max(0, total - dns - connect - tls - firstByte);
  const steps: readonly [DurationStep, number][] = [
    ['dns', dns],
    ['connect', connect],
    ['tls', tls],
    ['firstByte', firstByte],
    ['rest', rest],
  ];
  return steps.filter(([, ms]) => ms > 0);
}
