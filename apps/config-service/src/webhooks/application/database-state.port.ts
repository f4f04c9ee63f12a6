import type { Told } from './told-topics.port.ts';

/** What the topics have told and a database knows nothing of. */
export interface Lack {
  /** Of the database, when it was compared. */
  readonly epoch: number;
  readonly words: string;
}

/** What the database says of itself. */
export interface DatabaseState {
  /**
   * Changes when this may be another database than before: dropped and made anew, restored in place, or a server that was
   * started again.
   */
  identity(): Promise<string>;
  isMarkedBehind(): Promise<boolean>;
  /** It was compared and is not behind: changes are taken from now on, by every instance. */
  markKnown(): Promise<void>;
  /**
   * From now on nothing is changed, by no instance. Answers false, and marks nothing, where the database is in another
   * epoch by now: it was republished since it was compared.
   */
  markBehind(epoch: number): Promise<boolean>;
  /** Undefined when the database knows all of it. */
  lackOf(told: Told): Promise<Lack | undefined>;
}
