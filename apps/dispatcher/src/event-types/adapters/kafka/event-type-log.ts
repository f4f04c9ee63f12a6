import { decodeEventType } from '@signalbox/contracts';
import type { KafkaConnection, LogFollower } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';
import type { Logger } from '@signalbox/observability';
import type { OnFatal } from '../../../role.ts';
import type { EventTypeDirectory } from '../../domain/event-type-directory.ts';

export interface EventTypeLogOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly directory: EventTypeDirectory;
  readonly onApplied: (offset: number) => void;
  readonly onFatal: OnFatal;
  readonly logger: Logger;
}

/** Fills the directory from the compacted log `event-types` and keeps it up to date. `start` resolves at the log's end. */
export function followEventTypes(options: EventTypeLogOptions): LogFollower {
  const { connection, topic, directory, logger } = options;
  return createLogFollower({
    connection,
    topic,
    onFatal: options.onFatal,
    onRecord: ({ value, partition, offset }) => {
      const eventType = value === null ? undefined : decodeEventType(value);
      if (eventType !== undefined) directory.apply(eventType);
      else if (value !== null) logger.error({ topic, partition, offset }, 'event_type.unreadable');
      options.onApplied(offset);
    },
  });
}
