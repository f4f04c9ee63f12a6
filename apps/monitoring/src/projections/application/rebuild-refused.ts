import type { LogRemains } from '../domain/log-remains.ts';
import type { LostDeliveries } from './restorable.ts';

/** What a rebuild would lose, and the logs that do not hold it any more. */
export interface RebuildLoss extends LostDeliveries {
  readonly remains: readonly LogRemains[];
}

/** The topics hold less than the tables; nothing was changed. */
export class RebuildRefused extends Error {
  readonly code = 'projection.rebuild_refused';

  constructor(loss: RebuildLoss) {
    super(
      `refused: ${lossText(loss)}. Nothing was changed; with --force all else is rebuilt, and these deliveries are gone for good`,
    );
    this.name = 'RebuildRefused';
  }
}

/** For people. */
export function lossText({ deliveries, firstMs, lastMs, remains }: RebuildLoss): string {
  const logs = remains.map(({ topic, partition, logStart, beginsAtMs }) => {
    const begin = Number.isFinite(beginsAtMs) ? `begins at offset ${logStart} of ${timeText(beginsAtMs)}` : 'is empty';
    return `${topic}[${partition}] ${begin}`;
  });
  const what = `${deliveries} deliveries first scheduled from ${timeText(firstMs)} to ${timeText(lastMs)}`;
  return `the topics cannot restore ${what}, which the tables hold: ${logs.join('; ')}`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
