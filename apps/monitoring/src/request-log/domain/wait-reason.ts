import type { BreakerChange, RecordedFact } from './listed-delivery.ts';

/** A breaker that is not closed: since when, what opened it, and when it next lets a delivery through. Times are Unix ms. */
export interface OpenBreaker {
  readonly openSinceMs: number | null;
  readonly because: string | null;
  readonly nextProbeAtMs: number | null;
}

/** How a wait for the breaker is told in `reason`; what follows is its detail. */
const BREAKER_REASON = 'breaker open';

export function isBreakerWait(reason: string | null): boolean {
  return reason?.startsWith(BREAKER_REASON) === true;
}

/**
 * How the breaker stood at a time, or undefined while it was closed. `changes` are ascending; the first of them may come
 * after the breaker was opened, then what opened it is not known.
 */
export function openBreakerAt(changes: readonly BreakerChange[], atMs: number): OpenBreaker | undefined {
  const before = changes.filter((change) => change.atMs <= atMs);
  const latest = before.at(-1);
  if (latest === undefined || latest.state === 'closed') return undefined;
  const { openSinceMs } = latest;
  // Later ones of the same spell tell how its probes went.
  const opening = before.find((change) => change.state === 'open' && change.openSinceMs === openSinceMs);
  return { openSinceMs, because: opening?.reason ?? null, nextProbeAtMs: latest.nextProbeAtMs };
}

/** One line for people about something that is no attempt; its times are UTC. */
export function reasonText(fact: RecordedFact, breaker: OpenBreaker | undefined): string {
  switch (fact.kind) {
    case 'attempted':
      return fact.error ?? fact.outcome ?? 'attempted';
    case 'skipped':
      return `skipped: ${fact.reason ?? 'no reason is known'}`;
    case 'expired':
      return `expired: ${fact.reason ?? 'it could not be sent in time'}`;
    case 'deferred': {
      const parts =
        breaker === undefined || !isBreakerWait(fact.reason)
          ? [fact.reason ?? 'for a reason that is not known']
          : breakerParts(breaker, fact.atMs);
      return `deferred: ${parts.join(', ')}`;
    }
  }
  return fact.kind satisfies never;
}

function breakerParts({ openSinceMs, because, nextProbeAtMs }: OpenBreaker, atMs: number): readonly string[] {
  return [
    openSinceMs === null ? BREAKER_REASON : `${BREAKER_REASON} since ${clockTime(openSinceMs, atMs)}`,
    ...(because === null ? [] : [because]),
    ...(nextProbeAtMs === null ? [] : [`next probe ${clockTime(nextProbeAtMs, atMs)}`]),
  ];
}

/** `14:02:31`, with the date where it is another day than `besideMs`. */
function clockTime(timeMs: number, besideMs: number): string {
  const [day = '', time = ''] = new Date(timeMs).toISOString().split('T');
  const isSameDay = new Date(besideMs).toISOString().startsWith(day);
  return `${isSameDay ? '' : `${day} `}${time.slice(0, 8)}`;
}
