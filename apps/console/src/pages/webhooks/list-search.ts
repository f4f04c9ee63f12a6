/** What of the list is in the address; a value that is not known is as if it were not there. */
export interface ListSearch {
  readonly search?: string;
  readonly page?: string;
}

export function listSearchOf(search: Record<string, unknown>): ListSearch {
  return { ...(typeof search['search'] === 'string' && { search: search['search'] }) };
}
