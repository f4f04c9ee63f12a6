import type { LagReport } from '../domain/lag-report.ts';
import { LagMeter } from '../domain/lag-report.ts';
import type { RolePositions, Unsettled, UnsettledRows } from './role-positions.port.ts';

export interface LagWatchDeps {
  readonly positions: RolePositions;
  readonly unsettled: UnsettledRows;
  readonly now: () => number;
  readonly onFailed: (error: unknown) => void;
  /** Default 5,000 ms. */
  readonly everyMs?: number;
}

/** Looks every few seconds how far each consumer is, also those that run in other processes, or do not run. */
export class LagWatch {
  readonly #deps: LagWatchDeps;
  readonly #meter = new LagMeter();
  #report: LagReport | undefined;
  #unsettled: Unsettled | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: LagWatchDeps) {
    this.#deps = deps;
  }

  /** The last look; undefined before the first. */
  get report(): LagReport | undefined {
    return this.#report;
  }

  /** As of the last look at the database. */
  get unsettled(): Unsettled | undefined {
    return this.#unsettled;
  }

  start(): void {
    this.#look();
    this.#timer = setInterval(() => this.#look(), this.#deps.everyMs ?? 5_000);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#deps.positions.stop();
  }

  #look(): void {
    // A look that hangs is not followed by another: its end, good or bad, is.
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
  }

  async #read(): Promise<void> {
    const { positions, unsettled, now, onFailed } = this.#deps;
    const [lag, rows] = await Promise.allSettled([positions.read(), unsettled.count()]);
    if (lag.status === 'fulfilled') this.#report = this.#meter.measure(lag.value, now());
    else onFailed(lag.reason);
    if (rows.status === 'fulfilled') this.#unsettled = rows.value;
    else onFailed(rows.reason);
  }
}
