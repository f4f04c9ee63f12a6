import { Controller, Get } from '@nestjs/common';
import { Documented } from '../openapi/documented.ts';
import { ref } from '../openapi/schemas.ts';

/** What the page must know before anybody has signed in. Public: it holds no secret. */
export interface ConsoleConfig {
  /** Absent: people sign in with an API key. */
  readonly oidc?: { readonly issuer: string; readonly clientId: string; readonly scopes: readonly string[] };
}

@Controller('console-config.json')
export class ConsoleConfigController {
  @Documented({
    summary: 'What the console must know before anybody has signed in',
    answer: { status: 200, description: 'It', schema: ref('ConsoleConfig') },
  })
  @Get()
  config(): ConsoleConfig {
    return {};
  }
}
