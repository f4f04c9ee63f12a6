import { queryOptions } from '@tanstack/react-query';
import { isUnanswered, offlineError, unexpectedError } from '../../api/api-error.ts';
import { api, bodyOf, type Schemas } from '../../api/api-client.ts';

export type Resend = Schemas['Resend'];

export interface WantedResend extends Pick<Schemas['ResendRequest'], 'state' | 'from' | 'to'> {
  /** Undefined: of every event. */
  readonly event: string | undefined;
}

export function bodyOfWanted({ event, ...window }: WantedResend): Schemas['ResendRequest'] {
  return event === undefined ? window : { ...window, event };
}

const RUNNING_REFRESH_MS = 1_000;
/** Of a resend that began, though only a count was asked for. */
const HTTP_ACCEPTED = 202;

export function isRunning({ state }: Pick<Resend, 'state'>): boolean {
  return state === 'running';
}

/** Resends of many, newest first; read again while one runs. */
export const resendsQuery = (webhookId: string) =>
  queryOptions({
    queryKey: ['resends', webhookId],
    queryFn: async ({ signal }) => {
      const { data } = await bodyOf(
        api.GET('/api/hooks/{id}/resends', { params: { path: { id: webhookId } }, signal }),
      );
      return data;
    },
    refetchInterval: ({ state: { data } }) => (data?.some(isRunning) === true ? RUNNING_REFRESH_MS : false),
  });

/** How many requests a resend would be of, without any being sent. */
export const resendEstimateQuery = (webhookId: string, wanted: WantedResend) =>
  queryOptions({
    queryKey: ['resend-estimate', webhookId, wanted],
    queryFn: async ({ signal }) => {
      const body = { ...bodyOfWanted(wanted), dryRun: true };
      const answer = await bodyOf(
        api.POST('/api/hooks/{id}/resends', { params: { path: { id: webhookId } }, body, signal }),
      ).catch((error: unknown) => {
        // Nothing is sent by a count.
        throw isUnanswered(error) ? offlineError(error) : error;
      });
      if (!('dryRun' in answer)) throw unexpectedError(HTTP_ACCEPTED);
      return answer.matching;
    },
  });
