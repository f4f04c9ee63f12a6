import type { Last24Hours } from '@signalbox/domain';
import type { TenantHealth } from '../domain/health-view.ts';

export const TENANT_COUNTS = Symbol('TenantCounts');

/** In place of a tenant: all of them together. */
export const ALL_TENANTS = Symbol('AllTenants');

/** Counts of all webhooks of a tenant, or of everything. */
export interface TenantCounts {
  of(tenant: string | typeof ALL_TENANTS, window: Last24Hours): Promise<TenantHealth>;
}
