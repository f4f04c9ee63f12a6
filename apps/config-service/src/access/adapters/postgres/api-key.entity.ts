import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'api_key' })
export class ApiKeyEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  prefix!: string;

  @Column('bytea')
  hash!: Buffer;

  @Column('text', { array: true })
  scopes!: readonly string[];

  @Column('bigint', { name: 'created_at_ms' })
  createdAtMs!: number;

  @Column('bigint', { name: 'expires_at_ms', nullable: true })
  expiresAtMs!: number | null;

  @Column('bigint', { name: 'revoked_at_ms', nullable: true })
  revokedAtMs!: number | null;

  @Column('bigint', { name: 'last_used_at_ms', nullable: true })
  lastUsedAtMs!: number | null;
}
