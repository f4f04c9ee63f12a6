import type { Rejection } from '../domain/webhook.commands.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { FieldFault } from './webhook-input.ts';

/** Why a webhook was not written. */
export type Refusal =
  | Rejection
  | { readonly kind: 'invalid-input'; readonly faults: readonly FieldFault[] }
  /** An event type was deleted after the input was checked. */
  | { readonly kind: 'unknown-events' }
  /** The caller's `If-Match` names another state than there is. */
  | { readonly kind: 'version-mismatch'; readonly version: number }
  /** Others kept changing the webhook while this change was decided; the caller may try again. */
  | { readonly kind: 'conflict' };

export type WriteOutcome = { readonly kind: 'written'; readonly webhook: Webhook; readonly stateTag: string } | Refusal;
export type DeleteOutcome = { readonly kind: 'deleted' } | Refusal;
