import { Controller, Get } from '@nestjs/common';
import { CalledBy, NeedsScope } from '../../needs-scope.ts';
import type { Principal } from '../../domain/principal.ts';

/** Who the caller is here: what a page needs to know what it may show. */
@Controller('api/me')
export class MeController {
  @Get()
  @NeedsScope('any')
  me(@CalledBy() principal: Principal): Principal {
    const { tenantId, actor, scopes } = principal;
    return { tenantId, actor, scopes };
  }
}
