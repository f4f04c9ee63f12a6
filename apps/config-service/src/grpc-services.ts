import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { IdentityKey } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import type { Authenticator } from './access/authenticator.port.ts';
import { AUTHENTICATOR } from './access/authenticator.port.ts';
import { IDENTITY_KEY } from './shared.ts';
import { withIdentity } from './webhooks/adapters/grpc/call-guards.ts';
import type { GrpcServices } from './webhooks/adapters/grpc/grpc-listener.ts';
import { receiverSteeringGrpcService } from './webhooks/adapters/grpc/receiver-steering.grpc-service.ts';
import { webhooksGrpcService } from './webhooks/adapters/grpc/webhooks.grpc-service.ts';
import { WebhookInputParser } from './webhooks/adapters/validation/webhook-input.parser.ts';
import { ChangeWebhookUseCase } from './webhooks/application/change-webhook.ts';
import { CreateWebhookUseCase } from './webhooks/application/create-webhook.ts';
import { DeleteWebhookUseCase } from './webhooks/application/delete-webhook.ts';
import { DisableByReceiverUseCase } from './webhooks/application/disable-by-receiver.ts';
import { AnswerOnce } from './idempotency/idempotent-rpc.ts';
import { ReadHistory } from './webhooks/application/read-history.ts';
import { ReadWebhooks } from './webhooks/application/read-webhooks.ts';
import { RotateSigningKeyUseCase } from './webhooks/application/rotate-signing-key.ts';
import { SecretVault } from './webhooks/application/secret-vault.ts';
import { WebhookFeed } from './webhooks/application/webhook-feed.ts';
import { TestWebhookUseCase } from './webhooks/application/test-webhook.ts';

/** What is served over gRPC, of the application's parts. Streams end when `stopping` aborts. */
export function grpcServicesOf(app: NestFastifyApplication, logger: Logger, stopping: AbortSignal): GrpcServices {
  return {
    Webhooks: webhooksGrpcService({
      authenticator: app.get<Authenticator>(AUTHENTICATOR),
      reading: app.get(ReadWebhooks),
      history: app.get(ReadHistory),
      once: app.get(AnswerOnce),
      creating: app.get(CreateWebhookUseCase),
      changing: app.get(ChangeWebhookUseCase),
      deleting: app.get(DeleteWebhookUseCase),
      rotating: app.get(RotateSigningKeyUseCase),
      testing: app.get(TestWebhookUseCase),
      feed: app.get(WebhookFeed),
      parser: app.get(WebhookInputParser),
      vault: app.get(SecretVault),
      stopping,
      logger,
    }),
    ReceiverSteering: receiverSteeringGrpcService({
      guard: withIdentity(app.get<IdentityKey>(IDENTITY_KEY), logger),
      disabling: app.get(DisableByReceiverUseCase),
      logger,
    }),
  };
}
