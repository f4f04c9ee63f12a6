/** Query parameters as they came: a name given twice is a list. */
type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface PageOf {
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  /** There are more than were counted, so the last page is not known. */
  readonly isCapped: boolean;
}

/** The value of the header `Link` (RFC 8288): first, prev, next, last, as far as there are such pages. */
export function pageLinks(url: string, query: Query, { page, pageSize, total, isCapped }: PageOf): string {
  const last = Math.max(1, Math.ceil(total / pageSize));
  const links = [
    { rel: 'first', to: 1, isThere: true },
    { rel: 'prev', to: Math.min(page - 1, last), isThere: page > 1 },
    { rel: 'next', to: page + 1, isThere: !isCapped && page < last },
    { rel: 'last', to: last, isThere: !isCapped },
  ];
  return links
    .filter(({ isThere }) => isThere)
    .map(({ rel, to }) => `<${url}?${withPage(query, to, pageSize)}>; rel="${rel}"`)
    .join(', ');
}

function withPage(query: Query, page: number, pageSize: number): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) parameters.append(name, one);
  }
  parameters.set('page', String(page));
  parameters.set('page_size', String(pageSize));
  return parameters.toString();
}
