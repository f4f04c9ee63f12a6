import type { Last24Hours } from '@signalbox/domain';
import type { TroubledWebhook, TroubleSort } from '../domain/troubled-webhook.ts';

export const TROUBLED_WEBHOOKS = Symbol('TroubledWebhooks');

/** The webhooks of all tenants. */
export interface TroubledWebhooks {
  /** The worst first, by counts of the window. */
  worst(sort: TroubleSort, window: Last24Hours, limit: number): Promise<readonly TroubledWebhook[]>;
}
