import { createDataSource } from '@signalbox/postgres';
import { DeadLetters1767312000000 } from './migrations/1767312000000-dead-letters.ts';
import { ReadModels1767225600000 } from './migrations/1767225600000-read-models.ts';
import { RoundsErrorsAndRollups1795833000000 } from './migrations/1795833000000-rounds-errors-and-rollups.ts';
import { Resends1795834000000 } from './migrations/1795834000000-resends.ts';
import { Rebuild1795838400000 } from './migrations/1795838400000-rebuild.ts';
import { LettersOnce1795847000000 } from './migrations/1795847000000-letters-once.ts';
import { ByEvent1795859000000 } from './migrations/1795859000000-by-event.ts';
import { BadClass1795860200000 } from './migrations/1795860200000-bad-class.ts';
import { RebuildTargets1795859600000 } from './migrations/1795859600000-rebuild-targets.ts';
import { EndedBadly1795858200000 } from './migrations/1795858200000-ended-badly.ts';

export interface DatabaseOptions {
  readonly url: string;
  /** A connection that was idle broke, as when Postgres is restarted. */
  readonly onIdleError?: (error: unknown) => void;
  /** Connections at most; default 10. */
  readonly poolSize?: number;
}

/** The read models' database, not initialised yet. */
export function createMonitoringDataSource(options: DatabaseOptions) {
  return createDataSource({
    ...options,
    schema: 'monitoring',
    applicationName: 'signalbox-monitoring',
    migrations: [
      ReadModels1767225600000,
      DeadLetters1767312000000,
      RoundsErrorsAndRollups1795833000000,
      Resends1795834000000,
      Rebuild1795838400000,
      LettersOnce1795847000000,
      EndedBadly1795858200000,
      ByEvent1795859000000,
      RebuildTargets1795859600000,
      BadClass1795860200000,
    ],
  });
}
