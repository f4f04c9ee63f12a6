import { applyDecorators } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, getSchemaPath } from '@nestjs/swagger';
import { NeedsScope } from '../access/needs-scope.ts';
import type { ErrorCode } from '../errors/error-code.ts';
import { ERROR_CODES } from '../errors/error-code.ts';
import type { JsonSchema, Operation, Parameter, ResponseHeaders, Responses } from './operation.ts';
import { IDEMPOTENCY_KEY } from './parameters.ts';

/** Where the description of a route waits for the document to be put together. */
export const DOCUMENTED = 'x-documented';

export interface Documentation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  /** The DTO class of the body, or its schema. */
  readonly body?: Type<object> | JsonSchema;
  readonly isBodyOptional?: boolean;
  readonly answer: Answer;
  /** What else a success may be, where the caller has a choice. */
  readonly otherAnswer?: Answer;
  /** Besides those of every route, and those that follow from a body and from `Idempotency-Key`. */
  readonly errors?: readonly ErrorCode[];
}

export interface Answer {
  readonly status: number;
  readonly description: string;
  /** None for an answer without body. */
  readonly schema?: JsonSchema;
  readonly headers?: ResponseHeaders;
  readonly isEventStream?: boolean;
}

const BODY_ERRORS: readonly ErrorCode[] = [
  'guard.invalid_input',
  'guard.payload_too_large',
  'guard.unsupported_media_type',
];
const KEY_ERRORS: readonly ErrorCode[] = ['guard.invalid_input', 'request.idempotency_mismatch'];

/**
 * Describes a route in the OpenAPI document. Stands above the decorators of its method and scope. A route without it fails
 * a test, and so does an answer that it does not describe.
 */
export function Documented(documentation: Documentation): MethodDecorator {
  return (target, key, descriptor) => {
    const scope = Reflect.getMetadata(NeedsScope.KEY, descriptor.value as object) as string | undefined;
    const { body } = documentation;
    return applyDecorators(
      ...(typeof body === 'function' ? [ApiExtraModels(body)] : []),
      ApiOperation({
        summary: documentation.summary,
        [DOCUMENTED]: operationOf(documentation, scope),
      } as object),
    )(target, key, descriptor);
  };
}

/** `scope` is undefined for a route without credential, `any` where a valid one is enough. */
export function operationOf(
  documentation: Documentation,
  scope: string | undefined,
  errorSchema: 'Error' | 'PassedError' = 'Error',
): Operation {
  const { description = '', parameters = [], body, answer, otherAnswer, errors = [] } = documentation;
  const needed = scope === undefined ? 'No credential is needed.' : scope === 'any' ? '' : `Scope: \`${scope}\`.`;
  const codes: ErrorCode[] = [
    ...(scope === undefined ? [] : (['auth.unauthorized', 'guard.rate_limited', 'service.unavailable'] as const)),
    ...(scope === undefined || scope === 'any' ? [] : (['auth.forbidden'] as const)),
    ...(scope === 'webhooks:write' ? (['config.database_behind'] as const) : []),
    ...(body === undefined ? [] : BODY_ERRORS),
    ...(parameters.includes(IDEMPOTENCY_KEY) ? KEY_ERRORS : []),
    ...errors,
  ];
  return {
    description: [description, needed].filter((text) => text !== '').join('\n\n'),
    parameters,
    ...(body !== undefined && {
      requestBody: {
        required: documentation.isBodyOptional !== true,
        content: {
          'application/json': { schema: typeof body === 'function' ? { $ref: getSchemaPath(body) } : body },
        },
      },
    }),
    responses: {
      ...responseOf(answer),
      ...(otherAnswer !== undefined && responseOf(otherAnswer)),
      ...errorResponses(codes, errorSchema),
    },
    ...(scope === undefined && { security: [] }),
  };
}

function responseOf({ status, description, schema, headers, isEventStream = false }: Answer): Responses {
  const type = isEventStream ? 'text/event-stream' : 'application/json';
  return {
    [status]: {
      description,
      ...(headers !== undefined && { headers }),
      ...(schema !== undefined && { content: { [type]: { schema } } }),
    },
  };
}

function errorResponses(codes: readonly ErrorCode[], errorSchema: string): Responses {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { http } = ERROR_CODES[code];
    byStatus.set(http, [...(byStatus.get(http) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, known]) => [
      String(status),
      {
        description: known.join(', '),
        ...((status === 503 || status === 429) && { headers: { 'Retry-After': retryAfter } }),
        ...(status === 401 && { headers: { 'WWW-Authenticate': challenge } }),
        content: {
          'application/json': {
            schema:
              errorSchema === 'Error'
                ? { $ref: '#/components/schemas/Error', properties: { code: { enum: known } } }
                : { $ref: '#/components/schemas/PassedError' },
          },
        },
      },
    ]),
  );
}

const retryAfter = { required: true, description: 'Seconds', schema: { type: 'integer', minimum: 1 } };
const challenge = { required: true, schema: { const: 'Bearer' } };
