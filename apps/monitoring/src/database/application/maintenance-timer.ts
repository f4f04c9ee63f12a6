import type { Logger } from '@signalbox/observability';

/** What the maintenance of the partitions did; see its adapter. */
export interface Maintenance {
  run(retentionMs: number): Promise<{
    readonly made: readonly string[];
    readonly dropped: readonly string[];
    readonly failed: readonly { readonly name: string; readonly error: unknown }[];
    readonly strayRows: number;
  }>;
}

/** What the timer tells after each run, for alerts. */
export interface MaintenanceObserver {
  onMaintained(result: { readonly failed: number }): void;
  onNotMaintained(): void;
}

const EVERY_MS = 10 * 60_000;

/** Maintains the partitions at the start and every ten minutes; a failure is logged and tried again the next time. */
export class MaintenanceTimer {
  readonly #maintenance: Maintenance;
  readonly #retentionMs: number;
  readonly #logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly #observer: MaintenanceObserver;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(
    maintenance: Maintenance,
    retentionMs: number,
    logger: Pick<Logger, 'info' | 'warn' | 'error'>,
    observer: MaintenanceObserver,
  ) {
    this.#maintenance = maintenance;
    this.#retentionMs = retentionMs;
    this.#logger = logger;
    this.#observer = observer;
  }

  /** Resolves after the first run, so that nothing is projected while its partitions are being made. */
  async start(): Promise<void> {
    this.#running = this.#run();
    this.#timer = setInterval(() => {
      this.#running = this.#run();
    }, EVERY_MS);
    await this.#running;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      const { made, dropped, failed, strayRows } = await this.#maintenance.run(this.#retentionMs);
      this.#observer.onMaintained({ failed: failed.length });
      if (made.length > 0 || dropped.length > 0) {
        this.#logger.info({ made: made.length, dropped: dropped.length }, 'partitions.maintained');
      }
      for (const { name, error } of failed) this.#logger.warn({ err: error, partition: name }, 'partition.not_changed');
      // Their owners see them all the same; but a delete will take long once they are old.
      if (strayRows > 0) this.#logger.warn({ rows: strayRows }, 'partitions.missed_rows');
    } catch (error) {
      this.#observer.onNotMaintained();
      this.#logger.error({ err: error }, 'partitions.not_maintained');
    }
  }
}
