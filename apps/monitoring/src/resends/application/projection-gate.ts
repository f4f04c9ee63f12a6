import type { Positions } from '../domain/catch-up.ts';
import { CatchUp } from '../domain/catch-up.ts';

/** Where the logs of deliveries and facts end, and how far they are projected. */
export interface ProjectionProgress {
  /** Rejects while Kafka does not answer. */
  ends(): Promise<Positions>;
  projected(): Promise<Positions>;
}

/**
 * Opens when the projection has reached where the logs ended as this gate was first asked: from then on the tables know
 * every round that was ever sent, also after an older database was restored (design, section 6).
 */
export class ProjectionGate {
  readonly #progress: ProjectionProgress;
  #catchUp: CatchUp | undefined;

  constructor(progress: ProjectionProgress) {
    this.#progress = progress;
  }

  /** Rejects while the ends are not known and Kafka does not answer, or Postgres does not. */
  async isOpen(): Promise<boolean> {
    this.#catchUp ??= new CatchUp(await this.#progress.ends());
    const projected = await this.#progress.projected();
    if (this.#catchUp.hasReached(projected)) return true;
    // A topic that was made anew begins at 0 again. While Kafka does not answer, nothing is known to have changed.
    const ends = await this.#progress.ends().catch(() => undefined);
    if (ends === undefined) return false;
    this.#catchUp.limitTo(ends);
    return this.#catchUp.hasReached(projected);
  }
}
