import type { ErrorCode } from './error-status.ts';
import { ERROR_STATUS } from './error-status.ts';
import type { JsonSchema, RestOperation, Parameter, ResponseHeaders, RestResponses } from './operation.ts';
import { IDEMPOTENCY_KEY } from './parameters.ts';

export interface Documentation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: JsonSchema;
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

/** `scope` is undefined for a route without credential, `any` where a valid one is enough. */
export function operationOf(
  documentation: Documentation,
  scope: string | undefined,
  errorSchema: 'Error' | 'PassedError' = 'Error',
): RestOperation {
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
          'application/json': { schema: body },
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

function responseOf({ status, description, schema, headers, isEventStream = false }: Answer): RestResponses {
  const type = isEventStream ? 'text/event-stream' : 'application/json';
  return {
    [status]: {
      description,
      ...(headers !== undefined && { headers }),
      ...(schema !== undefined && { content: { [type]: { schema } } }),
    },
  };
}

function errorResponses(codes: readonly ErrorCode[], errorSchema: string): RestResponses {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const status = ERROR_STATUS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
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
