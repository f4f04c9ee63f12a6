import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { requirePrincipal, requireScope } from '../../require-scope.ts';
import { NeedsScope } from '../../needs-scope.ts';

/** Lets a request through whose credential has the scope its route names. A route that names none is public. */
@Injectable()
export class ScopeGuard implements CanActivate {
  readonly #reflector: Reflector;

  constructor(reflector: Reflector) {
    this.#reflector = reflector;
  }

  canActivate(context: ExecutionContext): boolean {
    const scope = this.#reflector.getAllAndOverride(NeedsScope, [context.getHandler(), context.getClass()]);
    if (scope === undefined) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = requirePrincipal(request.principal);
    if (scope !== 'any') requireScope(principal, scope);
    return true;
  }
}
