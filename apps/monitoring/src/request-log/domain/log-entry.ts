/** A delivery that was attempted or has expired, with the attempt whose answer stands for it. */
export interface LoggedDelivery {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly eventType: string;
  readonly firstScheduledAtMs: number;
  readonly hasSucceeded: boolean;
  /** The exact bytes that were sent; null where the record with them was not seen. */
  readonly body: Buffer | null;
  readonly statusCode: number | null;
  readonly answer: string | null;
  /** Why it is no success; for people. */
  readonly error: string | null;
}

export const LOG_KEY_PREFIX = 'TriggerHook.';

/**
 * A log entry of the webhook contract, as JSON text. Bodies that are JSON are taken over as they are: parsed and written
 * again, their numbers and repeated members would come out changed.
 */
export function logEntryJson(delivery: LoggedDelivery): string {
  const key = `${LOG_KEY_PREFIX}${delivery.eventType}`;
  const result = delivery.hasSucceeded ? 'Success' : 'Error';
  const response =
    delivery.statusCode === null
      ? ''
      : `,"response":{"statusCode":${delivery.statusCode},"body":${rawJson(delivery.answer ?? '')}}`;
  const error = delivery.hasSucceeded || delivery.error === null ? '' : `,"error":${JSON.stringify(delivery.error)}`;
  return `{"id":"${delivery.deliveryId}","key":${JSON.stringify(key)},"createdAt":${delivery.firstScheduledAtMs},"payload":{"key":${JSON.stringify(key)},"result":"${result}","hookId":${JSON.stringify(delivery.webhookId)},"hookRequest":{"body":${bodyJson(delivery.body)}}${response}${error}}}`;
}

export function bodyJson(body: Buffer | null): string {
  return body === null ? 'null' : rawJson(body.toString());
}

/** The text itself where it is JSON, else the text as a JSON string. */
export function rawJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}
