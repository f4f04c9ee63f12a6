/** As `Last24Hours`, Unix ms. */
interface Window {
  readonly fromMs: number;
  readonly wholeHoursFromMs: number;
}

/** How a window is made of whole hours and of the minutes of one hour at its begin. Unix ms. */
export interface WindowCover {
  /** From here on whole hours are added up. */
  readonly hoursFromMs: number;
  /** Minutes from here to `hoursFromMs` are added. */
  readonly addedFromMs: number;
  /** Minutes from here to the window's begin are taken away. */
  readonly takenFromMs: number;
}

const HOUR_MS = 3_600_000;

/**
 * The one that reads the fewer minutes: those within the window, or those that the first hour has before it. Minutes and
 * hours change in one transaction, so that both come to the same.
 */
export function cheapestCover({ fromMs, wholeHoursFromMs }: Window): WindowCover {
  const hourStartMs = wholeHoursFromMs - HOUR_MS;
  const isLess = fromMs - hourStartMs < wholeHoursFromMs - fromMs;
  return isLess
    ? { hoursFromMs: hourStartMs, addedFromMs: hourStartMs, takenFromMs: hourStartMs }
    : { hoursFromMs: wholeHoursFromMs, addedFromMs: fromMs, takenFromMs: fromMs };
}
