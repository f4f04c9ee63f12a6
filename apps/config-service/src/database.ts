import type { PostgresOptions } from '@signalbox/postgres';
import { ApiKeyEntity } from './access/adapters/postgres/api-key.entity.ts';
import { CreateApiKeys1764000001000 } from './access/adapters/postgres/migrations/1764000001000-create-api-keys.ts';
import { NoteKeyUsage1764100000000 } from './access/adapters/postgres/migrations/1764100000000-note-key-usage.ts';
import { CreateIdempotentAnswers1764200001000 } from './idempotency/adapters/postgres/migrations/1764200001000-create-idempotent-answers.ts';
import { AddressOutbox1764300000000 } from './outbox/adapters/postgres/migrations/1764300000000-address-outbox.ts';
import { TraceChanges1764300001000 } from './outbox/adapters/postgres/migrations/1764300001000-trace-changes.ts';
import { CreateEventTypes1764200000000 } from './catalogue/adapters/postgres/migrations/1764200000000-create-event-types.ts';
import { RememberDeletions1764400000000 } from './outbox/adapters/postgres/migrations/1764400000000-remember-deletions.ts';
import { KnowDatabase1764500000000 } from './outbox/adapters/postgres/migrations/1764500000000-know-database.ts';
import { DatabaseBehind1764300002000 } from './outbox/adapters/postgres/migrations/1764300002000-database-behind.ts';
import { CreateWebhooks1764000000000 } from './webhooks/adapters/postgres/migrations/1764000000000-create-webhooks.ts';
import { CreateFailingWebhooks1764400001000 } from './webhooks/adapters/postgres/migrations/1764400001000-create-failing-webhooks.ts';
import { IndexWebhookNames1764200002000 } from './webhooks/adapters/postgres/migrations/1764200002000-index-webhook-names.ts';
import { WebhookEntity } from './webhooks/adapters/postgres/webhook.entity.ts';

/** The one schema config-service owns. */
export const SCHEMA = 'config';

/** What the service and its migrate command know of the database. */
export function databaseOptions(url: string, onIdleError?: (error: unknown) => void): PostgresOptions {
  return {
    url,
    schema: SCHEMA,
    applicationName: 'config-service',
    entities: [WebhookEntity, ApiKeyEntity],
    migrations: [
      CreateWebhooks1764000000000,
      CreateApiKeys1764000001000,
      NoteKeyUsage1764100000000,
      CreateEventTypes1764200000000,
      CreateIdempotentAnswers1764200001000,
      IndexWebhookNames1764200002000,
      AddressOutbox1764300000000,
      TraceChanges1764300001000,
      DatabaseBehind1764300002000,
      RememberDeletions1764400000000,
      CreateFailingWebhooks1764400001000,
      KnowDatabase1764500000000,
    ],
    ...(onIdleError !== undefined && { onIdleError }),
  };
}
