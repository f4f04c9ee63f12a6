import type { Told } from './told-topics.port.ts';

/** What the database says of itself. */
export interface DatabaseState {
  /**
   * Changes when this may be another database than before: dropped and made anew, restored in place, or a server that was
   * started again.
   */
  identity(): Promise<string>;
  isMarkedBehind(): Promise<boolean>;
  /** From now on nothing is changed, by no instance. */
  markBehind(): Promise<void>;
  /** What the topics have told and this database knows nothing of, in words; undefined when there is no such thing. */
  lackOf(told: Told): Promise<string | undefined>;
}
