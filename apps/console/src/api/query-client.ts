import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';

const MAX_RETRIES = 2;
const STALE_MS = 5_000;

/** Only what may be better a moment later is asked for again by itself. */
function isWorthAnotherTry(failures: number, error: Error): boolean {
  return failures < MAX_RETRIES && error instanceof ApiError && error.kind === 'unavailable';
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: isWorthAnotherTry, staleTime: STALE_MS, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});
