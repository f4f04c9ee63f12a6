import type { DeliveryPolicy } from '../domain/delivery-policy.ts';
import type { WebhookConfigInput } from './webhook-input.ts';

/** The delivery policy within a configuration: all but where to and with which headers. */
export function policyOf({ url: _url, headers: _headers, ...policy }: WebhookConfigInput): DeliveryPolicy {
  return policy;
}
