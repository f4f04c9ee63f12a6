import type { LogRange } from './log-range.ts';
import type { PartitionPosition } from './log-record.ts';

/**
 * A position that the log does not have: records were lost (retention, a topic made anew) or the position is of another
 * log. Nothing can be read from it without a decision of the operator's, so the process ends.
 */
export class PositionOutsideLogError extends Error {
  override readonly name = 'PositionOutsideLogError';
  readonly position: PartitionPosition;
  readonly range: LogRange;

  constructor(what: string, position: PartitionPosition, range: LogRange) {
    super(
      `${what} ${position.offset} of ${position.topic}[${position.partition}] is outside the log, ` +
        `which has [${range.start}, ${range.end}]`,
    );
    this.position = position;
    this.range = range;
  }
}

export const isOutside = (offset: number, range: LogRange): boolean => offset < range.start || offset > range.end;
