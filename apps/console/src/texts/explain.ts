import { ApiError } from '../api/api-error.ts';
import type { Texts } from './texts.ts';

export interface Explanation {
  readonly title: string;
  readonly advice: string;
}

const A_MOMENT_SECONDS = 5;

/** What an error means for the person, and what to do about it. */
export function explain(error: Error, { errors }: Texts): Explanation {
  if (!(error instanceof ApiError))
    return { title: errors.unknown.title, advice: errors.unknown.advice(error.message) };
  const message = error.message === '' ? errors.answered(error.status) : error.message.replace(/\.$/, '');
  switch (error.kind) {
    case 'offline':
      return errors.offline;
    case 'unanswered':
      return errors.unanswered;
    case 'unanswered-once':
      return errors.unansweredOnce;
    case 'unauthorized':
      return errors.unauthorized;
    case 'forbidden':
      return { title: errors.forbidden.title, advice: errors.forbidden.advice(message) };
    case 'not-found':
      return errors.notFound;
    case 'conflict':
      return { title: errors.conflict.title, advice: `${message}.` };
    case 'changed-meanwhile':
      return errors.changedMeanwhile;
    case 'invalid':
      return { title: errors.invalid.title, advice: `${message}.` };
    case 'rate-limited':
      return {
        title: errors.rateLimited.title,
        advice: errors.rateLimited.advice(error.retryAfterSeconds ?? A_MOMENT_SECONDS),
      };
    case 'unavailable':
      return { title: errors.unavailable.title, advice: errors.unavailable.advice(message) };
    case 'unexpected':
      return errors.unexpected;
    case 'secrets-unreadable':
      return errors.secretsUnreadable;
    case 'internal':
      return errors.internal;
  }
}
