import { Controller, Get, Inject } from '@nestjs/common';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { Documented } from '../openapi/documented.ts';
import { ref } from '../openapi/schemas.ts';
import { ENVIRONMENT } from '../shared.ts';

/** What the page must know before anybody has signed in. Public: it holds no secret. */
export interface ConsoleConfig {
  /** Absent: people sign in with an API key. */
  readonly oidc?: {
    readonly issuer: string;
    readonly clientId: string;
    readonly scopes: readonly string[];
    /** What to ask a token for (RFC 8707), so that it is one this service takes. */
    readonly resource?: string;
  };
}

@Controller('console-config.json')
export class ConsoleConfigController {
  constructor(@Inject(ENVIRONMENT) private readonly env: ConfigServiceEnvironment) {}

  @Documented({
    summary: 'What the console must know before anybody has signed in',
    answer: { status: 200, description: 'It', schema: ref('ConsoleConfig') },
  })
  @Get()
  config(): ConsoleConfig {
    const { CONSOLE_OIDC_ISSUER: issuer, CONSOLE_OIDC_CLIENT_ID: clientId, CONSOLE_OIDC_SCOPES: scopes } = this.env;
    if (issuer === undefined || clientId === undefined) return {};
    const [resource] = this.env.JWT_AUDIENCE ?? [];
    return { oidc: { issuer, clientId, scopes, ...(resource !== undefined && { resource }) } };
  }
}
