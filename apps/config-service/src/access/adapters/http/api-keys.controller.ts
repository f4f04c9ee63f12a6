import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { SignalboxError, invalidInput } from '../../../errors/signalbox-error.ts';
import { parseDto } from '../../../validation/parse-dto.ts';
import { Idempotent } from '../../../idempotency/idempotent.ts';
import { IDEMPOTENCY_KEY } from '../../../openapi/parameters.ts';
import { Documented } from '../../../openapi/documented.ts';
import { listOf, ref } from '../../../openapi/schemas.ts';
import { ManageApiKeys } from '../../application/manage-api-keys.ts';
import type { ApiKeyInput } from '../../application/manage-api-keys.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import type { Principal, Scope } from '../../domain/principal.ts';
import { CalledBy, NeedsScope } from '../../needs-scope.ts';
import { missingScope } from '../../require-scope.ts';
import { CreateApiKeyDto } from '../validation/create-api-key.dto.ts';

/** A key as a list shows it; times in Unix milliseconds. */
export interface ApiKeyView {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  /** Up to a minute late. */
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

/** `/api/api-keys`: the credentials of the caller's tenant. */
@Controller('api/api-keys')
export class ApiKeysController {
  constructor(private readonly managing: ManageApiKeys) {}

  @Documented({
    summary: "The tenant's API keys, newest first",
    description: 'Revoked and expired ones too; 1,000 at most. No answer of this route holds a key itself.',
    answer: { status: 200, description: 'Keys', schema: listOf('ApiKey') },
  })
  @Get()
  @NeedsScope('ops:read')
  async list(@CalledBy() principal: Principal): Promise<readonly ApiKeyView[]> {
    return (await this.managing.list(principal)).map(viewOf);
  }

  @Documented({
    summary: 'Make an API key',
    description:
      'The one answer that holds the key itself. A key cannot have a scope that the credential of this call lacks.',
    parameters: [IDEMPOTENCY_KEY],
    body: CreateApiKeyDto,
    answer: { status: 201, description: 'The key', schema: ref('CreatedApiKey') },
    errors: ['entity.conflict'],
  })
  @Post()
  @Idempotent()
  @NeedsScope('ops:write')
  async create(
    @CalledBy() principal: Principal,
    @Body() body: unknown,
  ): Promise<ApiKeyView & { readonly key: string }> {
    const outcome = await this.managing.create(principal, inputOf(body));
    switch (outcome.kind) {
      case 'created':
        return { ...viewOf(outcome.key), key: outcome.secret };
      case 'lacks-scope':
        throw missingScope(outcome.scope);
      case 'too-many':
        throw new SignalboxError('entity.conflict', `There are ${outcome.max} keys in force; revoke one first`);
    }
  }

  @Documented({
    summary: 'Revoke an API key',
    description:
      'In effect within two seconds. The key of BOOTSTRAP_API_KEY is taken away or replaced there instead: 409.',
    answer: { status: 204, description: 'It is worth nothing any more' },
    errors: ['entity.not_found', 'entity.conflict'],
  })
  @Delete(':id')
  @HttpCode(204)
  @NeedsScope('ops:write')
  async revoke(@CalledBy() principal: Principal, @Param('id') id: string): Promise<void> {
    const outcome = await this.managing.revoke(principal, id);
    if (outcome === 'absent')
      throw new SignalboxError('entity.not_found', 'There is no API key of this id', { data: { id } });
    if (outcome === 'from-environment') {
      const message =
        'This key is given by the environment (BOOTSTRAP_API_KEY) and goes at the next start without it or with another';
      throw new SignalboxError('entity.conflict', message, { data: { id } });
    }
  }
}

function inputOf(body: unknown): ApiKeyInput {
  const parsed = parseDto(CreateApiKeyDto, body);
  if (parsed.kind === 'faulty') throw invalidInput(parsed.faults);
  const { name, scopes, expiresAt } = parsed.value;
  if (typeof expiresAt !== 'number') return { name, scopes };
  if (expiresAt <= Date.now()) {
    throw invalidInput([{ field: 'expiresAt', why: 'is past', expected: 'a time to come, in Unix milliseconds' }]);
  }
  return { name, scopes, expiresAtMs: expiresAt };
}

function viewOf(key: ApiKey): ApiKeyView {
  const { id, tenantId, name, prefix, scopes } = key;
  return {
    id,
    tenantId,
    name,
    prefix,
    scopes,
    createdAt: key.createdAtMs,
    expiresAt: key.expiresAtMs,
    lastUsedAt: key.lastUsedAtMs,
    revokedAt: key.revokedAtMs,
  };
}
