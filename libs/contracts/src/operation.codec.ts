import type { RecordHeaders } from './delivery.codec.ts';
import { textOf } from './delivery.codec.ts';

interface AboutWebhook {
  readonly webhookId: string;
  readonly tenantId: string;
  /** Of the journal entry that this tells of, or the newest when it tells of none. */
  readonly webhookVersion: number;
  /** Who did it: `api-key:<id>`, `receiver`, `system`. */
  readonly actor: string;
  readonly atMs: number;
}

/** A webhook is sent nothing any more. */
export interface WebhookDisabled extends AboutWebhook {
  readonly kind: 'webhook-disabled';
  readonly by: 'owner' | 'receiver' | 'failures';
  /** For people. */
  readonly reason: string;
}

/** Its deliveries have ended in failure for half of the time after which it is disabled. */
export interface WebhookFailing extends AboutWebhook {
  readonly kind: 'webhook-failing';
  /** Unix ms, of the first failure since the last success. */
  readonly failingSinceMs: number;
  readonly failures: number;
  /** Unix ms: a failure from then on disables it, unless a delivery succeeds before. */
  readonly disabledFromMs: number;
}

/** One that was told to be failing has had a success. */
export interface WebhookRecovered extends AboutWebhook {
  readonly kind: 'webhook-recovered';
  readonly failingSinceMs: number;
}

/** A webhook signs with a new key. */
export interface KeysRotated extends AboutWebhook {
  readonly kind: 'keys-rotated';
  /** Unix ms until which the replaced key signs beside it. */
  readonly replacedHonouredUntilMs: number;
}

/** What operators are told, on the topic `operations`. A reader skips kinds it does not know: more will come. */
export type Operation = WebhookDisabled | WebhookFailing | WebhookRecovered | KeysRotated;

export const OPERATION_KINDS = [
  'webhook-disabled',
  'webhook-failing',
  'webhook-recovered',
  'keys-rotated',
] as const satisfies readonly Operation['kind'][];

export function encodeOperation(operation: Operation): {
  readonly headers: Record<string, string>;
  readonly value: string;
} {
  return { headers: { kind: operation.kind }, value: JSON.stringify(operation) };
}

/** The operation, or undefined when the record is none of a kind that this version knows. */
export function decodeOperation(headers: RecordHeaders, value: Buffer): Operation | undefined {
  const kind = textOf(headers['kind']);
  if (!OPERATION_KINDS.some((known) => known === kind)) return undefined;
  try {
    const operation = JSON.parse(value.toString()) as Partial<Operation> | null;
    const isOurs =
      operation?.kind === kind &&
      typeof operation?.webhookId === 'string' &&
      typeof operation.tenantId === 'string' &&
      typeof operation.atMs === 'number';
    return isOurs ? (operation as Operation) : undefined;
  } catch {
    return undefined;
  }
}
