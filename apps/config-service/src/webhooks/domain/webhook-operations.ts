import type { Operation } from '@signalbox/contracts';
import type { JournalEntry } from './webhook.events.ts';

/** What operators are told of these entries, which all belong to one webhook of that tenant. */
export function operationsOf(tenantId: string, entries: readonly JournalEntry[]): readonly Operation[] {
  return entries.flatMap(({ webhookId, version, event, actor, atMs }): Operation[] => {
    const about = { webhookId, tenantId, webhookVersion: version, actor, atMs };
    if (event.type === 'Disabled') {
      const { by = 'owner', message = 'disabled by its owner' } = event.data.reason ?? {};
      return [{ kind: 'webhook-disabled', ...about, by, reason: message }];
    }
    if (event.type === 'SigningKeyRotated') {
      const { replacedHonouredUntilMs } = event.data;
      return [{ kind: 'keys-rotated', ...about, replacedHonouredUntilMs }];
    }
    return [];
  });
}
