import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenApiDocument, RestMethod, RestOperation } from '@signalbox/contracts';
import { NAMED_OPS_WEBHOOKS, monitoringDocument, withPathParameters } from '@signalbox/contracts';
import { DOCUMENTED } from './documented.ts';
import { SCHEMAS } from './schemas.ts';

const DESCRIPTION = `Webhooks of an identity platform: who gets which events, and what became of them.

Every error is \`{ code, message, data?, details? }\`. A request that cannot be read is 400, 408, 417 or 431 with
\`guard.invalid_input\`, a path that is not below 404 \`route.not_found\`.`;

/** The OpenAPI 3.1 document of the public listener, from its controllers and DTOs, with that of monitoring merged into it. */
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
  const paths: Record<string, Partial<Record<RestMethod, RestOperation>>> = {};
  for (const [path, methods] of Object.entries(scanned.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const described = withDescription(path, operation);
      if (described !== undefined) paths[path] = { ...paths[path], [method]: described };
    }
  }
  const monitoring = monitoringDocument();
  for (const [path, methods] of Object.entries(monitoring.paths)) paths[path] = { ...paths[path], ...methods };
  const schemas = {
    ...closed(scanned.components.schemas),
    ...SCHEMAS,
    ...monitoring.components.schemas,
    OpsWebhooks: NAMED_OPS_WEBHOOKS,
  };
  return { ...scanned, paths, components: { ...scanned.components, schemas } };
}

/** Undefined for a route that nobody described. */
function withDescription(path: string, operation: RestOperation): RestOperation | undefined {
  const { [DOCUMENTED]: described, ...scanned } = operation as RestOperation & { [DOCUMENTED]?: RestOperation };
  if (described === undefined) return undefined;
  const { operationId = '', summary = '', tags = [] } = scanned;
  return withPathParameters(path, { operationId, summary, tags, ...described });
}

/** Bodies have no other members than those of their DTOs. */
function closed(schemas: OpenApiDocument['components']['schemas']): OpenApiDocument['components']['schemas'] {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { ...schema, additionalProperties: false }]),
  );
}
