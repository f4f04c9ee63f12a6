import { asError } from './errors.ts';
import type { CommitEntry, LogConsumer } from './log-consumer.port.ts';

export interface CommitLoopOptions {
  readonly consumer: Pick<LogConsumer, 'commit'>;
  /** What is to be committed now. */
  readonly due: () => readonly CommitEntry[];
  readonly onCommitted: (entries: readonly CommitEntry[]) => void;
  readonly onFatal: (error: Error) => void;
  /** Default 200 ms. */
  readonly intervalMs?: number;
}

/** Commits at a steady pace, one commit at a time, off the hot path. */
export class CommitLoop {
  private readonly timer: NodeJS.Timeout;
  private underWay: Promise<void> | undefined;
  private isGivenUp = false;

  constructor(private readonly options: CommitLoopOptions) {
    this.timer = setInterval(() => {
      this.underWay ??= this.commit()
        .catch((error: unknown) => this.fail(error))
        .finally(() => (this.underWay = undefined));
    }, options.intervalMs ?? 200);
  }

  /** Commits a last time what is due. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.underWay;
    await this.commit();
  }

  /** Commits nothing any more, and does not mind what comes of a commit that is under way. */
  giveUp(): void {
    this.isGivenUp = true;
    clearInterval(this.timer);
  }

  private fail(error: unknown): void {
    if (!this.isGivenUp) this.options.onFatal(asError(error));
  }

  private async commit(): Promise<void> {
    const entries = this.options.due();
    if (entries.length === 0) return;
    if ((await this.options.consumer.commit(entries)) === 'committed') this.options.onCommitted(entries);
  }
}
