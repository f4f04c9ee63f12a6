import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../api/api-client.ts';

export type Scope = Schemas['Caller']['scopes'][number];

export const callerQuery = queryOptions({
  queryKey: ['caller'],
  queryFn: async ({ signal }) => bodyOf(api.GET('/api/me', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Whether the person may do what `scope` opens. What he may not do is not shown; the API refuses it besides. */
export function useMay(scope: Scope): boolean {
  const { data } = useQuery(callerQuery);
  return data?.scopes.includes(scope) === true;
}
