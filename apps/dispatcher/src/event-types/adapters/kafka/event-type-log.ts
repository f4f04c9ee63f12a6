import { decodeEventType } from '@signalbox/contracts';
import type { LogFollower } from '@signalbox/kafka';
import type { CompactedLogOptions } from '../../../follow-compacted-log.ts';
import { followCompactedLog } from '../../../follow-compacted-log.ts';
import type { EventTypeDirectory } from '../../domain/event-type-directory.ts';

/** Fills the directory from the compacted log `event-types` and keeps it up to date. */
export function followEventTypes(options: CompactedLogOptions, directory: EventTypeDirectory): LogFollower {
  return followCompactedLog(options, {
    name: 'event_types',
    unreadable: 'event_type.unreadable',
    apply: ({ value }) => {
      if (value === null) return true;
      const eventType = decodeEventType(value);
      if (eventType !== undefined) directory.apply(eventType);
      return eventType !== undefined;
    },
  });
}
