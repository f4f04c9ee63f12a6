import { Controller, Get } from '@nestjs/common';
import { CalledBy, NeedsScope } from '../../needs-scope.ts';
import type { Principal } from '../../domain/principal.ts';
import { Documented } from '../../../openapi/documented.ts';
import { ref } from '../../../openapi/schemas.ts';

/** Who the caller is here: what a page needs to know what it may show. */
@Controller('api/me')
export class MeController {
  @Documented({ summary: 'Who calls', answer: { status: 200, description: 'It', schema: ref('Caller') } })
  @Get()
  @NeedsScope('any')
  me(@CalledBy() principal: Principal): Principal {
    const { tenantId, actor, scopes } = principal;
    return { tenantId, actor, scopes };
  }
}
