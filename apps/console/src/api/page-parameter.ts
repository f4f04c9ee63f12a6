/** The page in an address, from 1; undefined for the first, or what is no page. */
export function pageParameterOf(search: Record<string, unknown>): string | undefined {
  const { page } = search;
  return typeof page === 'string' && /^[1-9]\d{0,5}$/.test(page) && page !== '1' ? page : undefined;
}
