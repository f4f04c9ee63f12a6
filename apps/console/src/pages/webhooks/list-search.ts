import { pageParameterOf } from '../../api/page-parameter.ts';

export const SORTS = [
  '-createdAt',
  'createdAt',
  'name',
  '-name',
  'requests',
  '-requests',
  'successRate',
  '-successRate',
] as const;
export type ListSort = (typeof SORTS)[number];
export const DEFAULT_SORT: ListSort = '-createdAt';
/** As the tags have them: green, amber, red, without a colour. */
export const HEALTHS = ['healthy', 'degraded', 'failing', 'undecided', 'idle'] as const;
export type HealthFilter = (typeof HEALTHS)[number];

/** What of the list is in the address; a value that is not known is as if it were not there. */
export interface ListSearch {
  readonly search?: string | undefined;
  readonly event?: string | undefined;
  readonly enabled?: 'true' | 'false' | undefined;
  readonly health?: HealthFilter | undefined;
  readonly sort?: ListSort | undefined;
  /** From 1. */
  readonly page?: string | undefined;
  /** The dialog that makes a webhook is open. */
  readonly create?: 'true' | undefined;
}

export function listSearchOf(search: Record<string, unknown>): ListSearch {
  return {
    search: textOf(search['search']),
    event: textOf(search['event']),
    enabled: (['true', 'false'] as const).find((value) => value === search['enabled']),
    health: HEALTHS.find((value) => value === search['health']),
    sort: SORTS.find((value) => value === search['sort']),
    page: pageParameterOf(search),
    create: search['create'] === 'true' ? 'true' : undefined,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function isFiltered({ search, event, enabled, health }: ListSearch): boolean {
  return [search, event, enabled, health].some((value) => value !== undefined);
}
