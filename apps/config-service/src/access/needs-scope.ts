import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Principal, Scope } from './domain/principal.ts';
import { requirePrincipal } from './require-scope.ts';

/** The scope a route (or all routes of a controller) asks for; `any`: a valid credential is enough. */
export const NeedsScope = Reflector.createDecorator<Scope | 'any'>();

/** Who calls: a parameter of a route that names a scope. */
export const CalledBy = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  requirePrincipal(context.switchToHttp().getRequest<FastifyRequest>().principal),
);
