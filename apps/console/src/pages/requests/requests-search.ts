import type { Schemas } from '../../api/api-client.ts';

export type Delivery = Schemas['Delivery'];
export type DeliveryState = Delivery['state'];

export const STATES = ['succeeded', 'failed', 'retrying', 'waiting', 'queued', 'expired', 'skipped'] as const;
export const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;
export type StatusClass = (typeof STATUS_CLASSES)[number];
/** Periods that end now; the default is the last of them. */
export const PERIODS = ['15m', '1h', '24h'] as const;
export type Period = (typeof PERIODS)[number];
/** The period whose ends are chosen one by one; both may be missing while they are. */
export const CUSTOM_PERIOD = 'custom';

const PERIOD_MS: Readonly<Record<Period, number>> = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000 };

/** What of the requests is in the address; a value that is not known is as if it were not there. */
export interface RequestsSearch {
  readonly state?: DeliveryState | undefined;
  readonly event?: string | undefined;
  readonly answer?: StatusClass | undefined;
  /** Not the default; beside `from` and `to` none but the custom one. */
  readonly period?: Period | typeof CUSTOM_PERIOD | undefined;
  /** Unix ms, inclusive; either may be missing. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly id?: string | undefined;
  /** The delivery whose details are open. */
  readonly open?: string | undefined;
}

export type RequestsFilter = Omit<RequestsSearch, 'open'>;

/** Put over a filter it shows everything. */
export const NO_FILTER: RequestsFilter = {
  state: undefined,
  event: undefined,
  answer: undefined,
  period: undefined,
  from: undefined,
  to: undefined,
  id: undefined,
};

export function requestsSearchOf(search: Record<string, unknown>): RequestsSearch {
  const from = timeOf(search['from']);
  const to = timeOf(search['to']);
  return {
    state: STATES.find((value) => value === search['state']),
    event: textOf(search['event']),
    answer: STATUS_CLASSES.find((value) => value === search['answer']),
    period: periodOf(search['period'], from !== undefined || to !== undefined),
    from,
    to,
    id: textOf(search['id']),
    open: textOf(search['open']),
  };
}

export function filterOf({ open: _, ...filter }: RequestsSearch): RequestsFilter {
  return filter;
}

export function isFiltered(filter: RequestsFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

export interface TimeWindow {
  /** Unix ms, inclusive; undefined is as far as the API goes by itself. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

export function windowOf({ period, from, to }: RequestsFilter, nowMs: number): TimeWindow {
  if (period !== undefined && period !== CUSTOM_PERIOD) return { fromMs: nowMs - PERIOD_MS[period], toMs: undefined };
  return { fromMs: from === undefined ? undefined : Number(from), toMs: to === undefined ? undefined : Number(to) };
}

/** The same with both ends, as a resend of many needs them. */
export function closedWindowOf(
  filter: RequestsFilter,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const { fromMs, toMs = nowMs } = windowOf(filter, nowMs);
  return { fromMs: fromMs ?? toMs - PERIOD_MS['24h'], toMs };
}

function periodOf(value: unknown, hasEnds: boolean): RequestsSearch['period'] {
  if (value === CUSTOM_PERIOD) return value;
  return hasEnds ? undefined : PERIODS.find((period) => period === value && period !== '24h');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function timeOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,14}$/.test(value) ? value : undefined;
}
