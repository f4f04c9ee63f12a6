import { SignalboxError } from '../../../errors/signalbox-error.ts';
import type { EventTest, TestOutcome } from '../../application/test-webhook.ts';
import { notFound } from './refusal-error.ts';

/**
 * The results of a test that was made.
 *
 * @throws SignalboxError for one that was not: no such webhook, a refused URL, too many tests, nobody there to post.
 */
export function resultsOf(outcome: TestOutcome, id: string): readonly EventTest[] {
  switch (outcome.kind) {
    case 'tested':
      return outcome.results;
    case 'not-found':
      throw notFound('entity.not_exists_with_id', id);
    case 'refused-url':
      throw new SignalboxError('hook.send_test_payload_failed', `Failed to send the test payload: ${outcome.why}`, {
        data: { results: outcome.results },
        details: [{ field: 'config.url', why: outcome.why, rule: outcome.rule }],
      });
    case 'too-many':
      throw new SignalboxError('guard.rate_limited', 'Too many test payloads; wait for as long as Retry-After says', {
        retryAfterSeconds: outcome.retryAfterSeconds,
      });
    case 'unavailable':
      throw new SignalboxError('service.unavailable', 'Test payloads cannot be sent now; try again shortly');
  }
}

/** The error that contract.md section 5 has for the first event whose payload was not taken; undefined for none. */
export function errorOfTest(results: readonly EventTest[]): SignalboxError | undefined {
  const failed = results.find(({ ok }) => !ok);
  if (failed === undefined) return undefined;
  const { event, response, error = 'no answer' } = failed;
  if (response === undefined) {
    const message = `Failed to send the test payload of ${event}: ${error}`;
    return new SignalboxError('hook.send_test_payload_failed', message, { data: { results } });
  }
  const message = `The endpoint answered the test payload of ${event} with status ${response.statusCode}`;
  const data = { responseStatus: response.statusCode, responseBody: response.body, results };
  return new SignalboxError('hook.endpoint_responded_with_error', message, { data });
}
