import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { DOCUMENTED } from './documented.ts';
import { MONITORING_OPERATIONS } from './monitoring.operations.ts';
import type { Method, OpenApiDocument, Operation, Parameter } from './operation.ts';
import { SCHEMAS } from './schemas.ts';

const DESCRIPTION = `Webhooks of an identity platform: who gets which events, and what became of them.

Every error is \`{ code, message, data?, details? }\`. A request that cannot be read is 400, 408, 417 or 431 with
\`guard.invalid_input\`, a path that is not below 404 \`route.not_found\`.`;

/** The OpenAPI 3.1 document of the public listener, from its controllers and DTOs. */
export function openApiDocument(app: INestApplication): OpenApiDocument {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.1')
    .setTitle('Signalbox')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', description: 'An API key or a JWT' }, 'bearer')
    .addSecurityRequirements('bearer')
    .build();
  const scanned = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  }) as unknown as OpenApiDocument;
  const paths: Record<string, Partial<Record<Method, Operation>>> = {};
  for (const [path, methods] of Object.entries(scanned.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const described = withDescription(path, operation);
      if (described !== undefined) paths[path] = { ...paths[path], [method]: described };
    }
  }
  for (const [path, method, operation] of MONITORING_OPERATIONS) {
    paths[path] = { ...paths[path], [method]: withPathParameters(path, operation) };
  }
  const schemas = { ...closed(scanned.components.schemas), ...SCHEMAS };
  return { ...scanned, paths, components: { ...scanned.components, schemas } };
}

/** Undefined for a route that nobody described. */
function withDescription(path: string, operation: Operation): Operation | undefined {
  const { [DOCUMENTED]: described, ...scanned } = operation as Operation & { [DOCUMENTED]?: Operation };
  if (described === undefined) return undefined;
  const { operationId = '', summary = '', tags = [] } = scanned;
  return withPathParameters(path, { operationId, summary, tags, ...described });
}

function withPathParameters(path: string, operation: Operation): Operation {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const parameters = names.map((name): Parameter => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }));
  return { ...operation, parameters: [...parameters, ...(operation.parameters ?? [])] };
}

/** Bodies have no other members than those of their DTOs. */
function closed(schemas: OpenApiDocument['components']['schemas']): OpenApiDocument['components']['schemas'] {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { ...schema, additionalProperties: false }]),
  );
}
