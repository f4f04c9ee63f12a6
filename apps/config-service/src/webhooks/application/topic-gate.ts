import type { PublishGate } from '../../outbox/publish-gate.port.ts';
import type { DatabaseState } from './database-state.port.ts';
import type { ToldTopics } from './told-topics.port.ts';

export interface TopicGateOptions {
  readonly database: DatabaseState;
  readonly topics: ToldTopics;
  /** The database is found to be older than the topic; `lack` says in what. */
  readonly onBehind: (lack: string) => void;
}

/**
 * Closed while the database is older than the topic, as a restored one is: what it published would be versions that the
 * topic has had already, with other contents. The comparison is made once for each database this process sees.
 */
export class TopicGate implements PublishGate {
  readonly #options: TopicGateOptions;
  #passed: string | undefined;

  constructor(options: TopicGateOptions) {
    this.#options = options;
  }

  async isOpen(signal: AbortSignal): Promise<boolean> {
    const { database, topics, onBehind } = this.#options;
    if (await database.isMarkedBehind()) return false;
    const identity = await database.identity();
    if (identity === this.#passed) return true;
    const lack = await database.lackOf(await topics.read(signal));
    if (lack !== undefined) {
      if (!(await database.markBehind(lack.epoch))) return this.isOpen(signal);
      onBehind(lack.words);
      return false;
    }
    await database.markKnown();
    this.#passed = identity;
    return true;
  }
}
