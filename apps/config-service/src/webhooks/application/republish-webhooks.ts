import type { Told, ToldTopics } from './told-topics.port.ts';

export interface Begun {
  /** The new one, above every epoch the topic and the database have had. */
  readonly epoch: number;
  /** Deletions told, of event types too: of what the topics have and the database lacks, and of the last 30 days. */
  readonly deletions: number;
  /** Webhooks still to be told. */
  readonly webhooks: number;
}

/** Fills the outbox with what is. Each call is one transaction. */
export interface Republication {
  /**
   * Raises the epoch, tells of every deletion, and puts what is now in place of what was not published yet: nothing of an
   * older epoch is published after this.
   */
  begin(told: Told): Promise<Begun>;
  /**
   * Tells the next webhooks behind `afterId`, in order of id. `overtaken`: another republication has begun meanwhile and
   * does the rest.
   */
  tell(
    epoch: number,
    afterId: string,
  ): Promise<{ readonly lastId: string; readonly count: number } | 'done' | 'overtaken'>;
  /** Lets everybody write and publish again. */
  finish(epoch: number): Promise<void>;
  /** What of this epoch is not on the topic yet. */
  waiting(epoch: number): Promise<number>;
}

export interface RepublishOptions {
  readonly topics: ToldTopics;
  readonly republication: Republication;
  /** Publishes what the outbox holds while it runs, unless an instance of the service does. */
  readonly publish: (untilPublished: () => Promise<void>) => Promise<void>;
  readonly onProgress: (line: string) => void;
  readonly waitMs?: number;
}

/**
 * Tells the topic all that the database has, in a new epoch, so that every reader ends with exactly the database's state.
 * It begins anew each time, so it can be killed anywhere and run again; while it is not through, a database that was found
 * behind stays so. Answers false when another republication has overtaken this one.
 */
export async function republishWebhooks(options: RepublishOptions): Promise<boolean> {
  const { topics, republication, onProgress } = options;
  onProgress('reading the topics to their ends');
  const told = await topics.read();
  const { epoch, deletions, webhooks } = await republication.begin(told);
  onProgress(
    `epoch ${epoch}: ${told.webhooks.size} webhooks on the topic, ${webhooks} to tell, ${deletions} deletions`,
  );
  let count = 0;
  for (let afterId = ''; ;) {
    const portion = await republication.tell(epoch, afterId);
    if (portion === 'overtaken') return false;
    if (portion === 'done') break;
    afterId = portion.lastId;
    count += portion.count;
    onProgress(`${count} of ${webhooks} webhooks in the outbox`);
  }
  await republication.finish(epoch);
  await options.publish(async () => {
    for (let last = -1; ;) {
      const waiting = await republication.waiting(epoch);
      if (waiting !== last) onProgress(waiting === 0 ? 'all published' : `${waiting} records to publish`);
      if (waiting === 0) return;
      last = waiting;
      await new Promise((resolve) => setTimeout(resolve, options.waitMs ?? 500));
    }
  });
  return true;
}
