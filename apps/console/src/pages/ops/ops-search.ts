export const WEBHOOK_SORTS = ['failing', 'volume', 'lag'] as const;
export type WebhookSort = (typeof WEBHOOK_SORTS)[number];
export const LETTER_STATUSES = ['open', 'redriven', 'dropped'] as const;
export type LetterStatus = (typeof LETTER_STATUSES)[number];

/** What of the pages is in the address; a value that is not known is as if it were not there. */
export interface WebhooksSearch {
  readonly sort?: WebhookSort | undefined;
}

export interface LettersSearch {
  readonly status?: LetterStatus | undefined;
  readonly reason?: string | undefined;
  /** The letter whose record is open. */
  readonly letter?: string | undefined;
}

export interface LagSearch {
  /** Partitions that are read to their end are shown too. */
  readonly all?: 'true' | undefined;
}

export function webhooksSearchOf(search: Record<string, unknown>): WebhooksSearch {
  return { sort: WEBHOOK_SORTS.find((sort) => sort === search['sort'] && sort !== 'failing') };
}

export function lettersSearchOf(search: Record<string, unknown>): LettersSearch {
  return {
    status: LETTER_STATUSES.find((status) => status === search['status']),
    reason: textOf(search['reason']),
    letter: textOf(search['letter']),
  };
}

export function lagSearchOf(search: Record<string, unknown>): LagSearch {
  return { all: search['all'] === 'true' ? 'true' : undefined };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
