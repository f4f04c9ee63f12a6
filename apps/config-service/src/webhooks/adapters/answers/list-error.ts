import { SignalboxError, invalidInput } from '../../../errors/signalbox-error.ts';
import type { ListRefusal, WebhooksRead } from '../../application/read-webhooks.ts';

/**
 * The list that was read.
 *
 * @throws SignalboxError `guard.invalid_input` or `service.unavailable` where it was refused.
 */
export function listed(read: WebhooksRead | ListRefusal): WebhooksRead {
  if (!('kind' in read)) return read;
  switch (read.kind) {
    case 'too-many': {
      const why = `compares the traffic of more than ${read.max} webhooks`;
      const expected = 'a filter by search, enabled or event that leaves fewer';
      throw invalidInput([{ field: 'health or sort', why, expected }]);
    }
    case 'stats-unavailable':
      throw new SignalboxError('service.unavailable', 'Which webhooks are healthy is not known now; try again shortly');
  }
}
