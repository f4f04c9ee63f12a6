import type { DescribedError } from '@signalbox/observability';
import { describedError } from '@signalbox/observability';

/** The field of a log line that tells an error. */
export function logFieldsOf(error: unknown): { readonly err: DescribedError } {
  return { err: describedError(error) };
}
