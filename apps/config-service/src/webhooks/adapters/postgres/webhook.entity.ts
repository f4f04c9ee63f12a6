import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DeliveryPolicy } from '../../domain/delivery-policy.ts';
import type { DisabledReason, SealedHeader, SigningKey } from '../../domain/webhook.ts';

/** A webhook's row: what its journal adds up to. */
@Entity({ name: 'webhook' })
export class WebhookEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('integer')
  version!: number;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  event!: string | null;

  @Column('text', { array: true })
  events!: readonly string[];

  @Column('text')
  url!: string;

  @Column('jsonb', { nullable: true })
  headers!: readonly SealedHeader[] | null;

  @Column('jsonb')
  policy!: DeliveryPolicy;

  @Column('jsonb', { name: 'signing_keys' })
  signingKeys!: readonly SigningKey[];

  @Column('text', { name: 'ed25519_private_key', nullable: true })
  ed25519PrivateKey!: string | null;

  @Column('boolean')
  enabled!: boolean;

  @Column('jsonb', { name: 'disabled_reason', nullable: true })
  disabledReason!: DisabledReason | null;

  @Column('bigint', { name: 'created_at_ms' })
  createdAtMs!: number;

  /** Decides between webhooks of the same millisecond. */
  @Column({ type: 'bigint', name: 'created_order', insert: false, update: false, select: false })
  createdOrder!: number;
}
