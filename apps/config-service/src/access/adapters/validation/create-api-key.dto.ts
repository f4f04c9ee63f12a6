import { IsIn } from 'class-validator';
import { ListOfTexts, PrintableText, WholeNumber } from '../../../validation/dto-fields.ts';
import type { Scope } from '../../domain/principal.ts';
import { SCOPES } from '../../domain/principal.ts';

const SCOPES_EXPECTED = `a list of ${SCOPES.join(', ')}`;

export class CreateApiKeyDto {
  @PrintableText({ min: 1, max: 256, isRequired: true, description: 'For people who look for the key in a list' })
  name!: string;

  @ListOfTexts({
    min: 1,
    max: 50,
    isRequired: true,
    description: `What the key allows, none of it more than the caller's own: ${SCOPES.join(', ')}`,
    expected: SCOPES_EXPECTED,
    example: ['webhooks:read'],
  })
  @IsIn(SCOPES, { each: true, message: SCOPES_EXPECTED })
  scopes!: Scope[];

  @WholeNumber({
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    isNullable: true,
    unit: 'Unix milliseconds',
    description: 'When the key stops being valid, in Unix milliseconds; without it, it does not',
  })
  expiresAt?: number | null;
}
