import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import type { Documentation, JsonSchema } from '@signalbox/contracts';
import { operationOf } from '@signalbox/contracts';
import { NeedsScope } from '../access/needs-scope.ts';

/** Where the description of a route waits for the document to be put together. */
export const DOCUMENTED = 'x-documented';

export type DocumentedRoute = Omit<Documentation, 'body'> & {
  /** The DTO class of the body, or its schema. */
  readonly body?: Type<object> | JsonSchema;
};

/**
 * Describes a route in the OpenAPI document. Stands above the decorators of its method and scope. A route without it fails
 * a test, and so does an answer that it does not describe.
 */
export function Documented(route: DocumentedRoute): MethodDecorator {
  return (target, key, descriptor) => {
    const scope = Reflect.getMetadata(NeedsScope.KEY, descriptor.value as object) as string | undefined;
    const { body, ...documentation } = route;
    const schema = typeof body === 'function' ? { $ref: getSchemaPath(body) } : body;
    return applyDecorators(
      ...(typeof body === 'function' ? [ApiExtraModels(body)] : []),
      ApiOperation({
        summary: documentation.summary,
        [DOCUMENTED]: operationOf({ ...documentation, ...(schema !== undefined && { body: schema }) }, scope),
      } as object),
    )(target, key, descriptor);
  };
}
