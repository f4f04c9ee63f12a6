import { Controller, Get } from '@nestjs/common';

/** What the page must know before anybody has signed in. Public: it holds no secret. */
export interface ConsoleConfig {
  /** Absent: people sign in with an API key. */
  readonly oidc?: { readonly issuer: string; readonly clientId: string; readonly scopes: readonly string[] };
}

@Controller('console-config.json')
export class ConsoleConfigController {
  @Get()
  config(): ConsoleConfig {
    return {};
  }
}
