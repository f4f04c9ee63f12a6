import { setTimeout as delay } from 'node:timers/promises';
import type { CommitEntry, LogConsumer, LogHandler, LogProducer, TailReader } from '@signalbox/kafka';
import { CommitLoop } from '@signalbox/kafka';
import type { ReadinessCheck } from '@signalbox/observability';
import type { OnFatal, Role } from './role.ts';

/** A rebalance takes no longer: a group that has not answered for this long is not waited for at a stop. */
const SILENT_MS = 15_000;
const LISTEN_MS = 250;
/** For what was done and Kafka may still take, though the group is silent. */
const LAST_APPENDS_MS = 5_000;

/** A handler as the roles have them: it says what to commit, and may have work by the clock and at the end. */
export interface RoleHandler extends LogHandler {
  attach(consumer: LogConsumer): void;
  toCommit(): readonly CommitEntry[];
  onCommitted(entries: readonly CommitEntry[]): void;
  tick?(): void;
  /** Starts nothing more; resolves when what is under way has ended, and what is to be told of it was appended. */
  drain?(): Promise<void>;
}

export interface GroupRoleParts {
  readonly name: string;
  readonly handler: RoleHandler;
  readonly consumer: LogConsumer;
  readonly producer: LogProducer;
  /** The log read on assignment, to learn what was done already. */
  readonly tail: TailReader;
  readonly tickMs: number;
  readonly onFatal: OnFatal;
  /** Runs before anything starts; throws what makes a start impossible. */
  readonly check?: () => Promise<void>;
}

/** A role that reads logs as a member of a group: starts and stops its parts in the order that loses and doubles nothing. */
export class GroupRole implements Role {
  readonly name: string;
  readonly readiness: readonly ReadinessCheck[];
  private ticks: NodeJS.Timeout | undefined;
  private commits: CommitLoop | undefined;
  private isLocated = false;

  constructor(private readonly parts: GroupRoleParts) {
    this.name = parts.name;
    this.readiness = [{ name: parts.name, reasonNotReady: () => this.reasonNotReady() }];
  }

  async start(): Promise<void> {
    const { handler, consumer, producer, tail, tickMs, onFatal, check } = this.parts;
    await check?.();
    await Promise.all([producer.start(), tail.start()]);
    handler.attach(consumer);
    await consumer.start();
    this.isLocated = true;
    this.ticks = setInterval(() => handler.tick?.(), tickMs);
    this.commits = new CommitLoop({
      consumer,
      due: () => handler.toCommit(),
      onCommitted: (entries) => handler.onCommitted(entries),
      onFatal,
    });
  }

  /**
   * Ends what is under way, settles and commits it, and leaves the group.
   *
   * @throws Error where the group is silent, so that nothing can be committed: what was begun is told of as far as Kafka takes
   * it, and the rest is left to whoever has the partitions next, as after a kill -9.
   */
  async stop(): Promise<void> {
    const { name, handler, consumer, producer, tail } = this.parts;
    consumer.quiesce();
    // What is drained needs its clock still: without ticks a sender would take its own stop for a standstill.
    await handler.drain?.();
    clearInterval(this.ticks);
    if (await this.isSettled()) {
      // Nothing is owed any more; together, as each takes its whole time where Kafka went away meanwhile.
      await Promise.all([consumer.stop(), tail.stop(), producer.stop()]);
      return;
    }
    this.commits?.giveUp();
    // By now others may hold the partitions: nothing is owed here any more.
    handler.onJoin({ assigned: [], lost: [], isContinuous: false });
    // Where nobody answers each of them waits for itself, and one after the other they would take too long.
    const stopped = Promise.allSettled([consumer.stop(), tail.stop(), producer.stop()]);
    await Promise.race([stopped, delay(LAST_APPENDS_MS, undefined, { ref: false })]);
    throw new Error(
      `the ${name} was stopped while its group did not answer: what it had not settled is left to the next start`,
    );
  }

  /** Appends all that is owed and commits it; false where the group is silent, so that this could take for ever. */
  private async isSettled(): Promise<boolean> {
    const { consumer, producer } = this.parts;
    const settle = async (): Promise<boolean> => {
      await producer.flush();
      // What a fact owes is appended when the fact is acknowledged.
      await producer.flush();
      await this.commits?.stop();
      return true;
    };
    const silence = Promise.withResolvers<false>();
    // Not at once: what has nothing to settle needs no group.
    const listening = setInterval(() => {
      if (consumer.msSinceHeartbeat() > SILENT_MS) silence.resolve(false);
    }, LISTEN_MS);
    try {
      return await Promise.race([settle(), silence.promise]);
    } finally {
      clearInterval(listening);
    }
  }

  private reasonNotReady(): string | null {
    if (!this.isLocated) return 'it has not joined its group yet';
    const silentMs = this.parts.consumer.msSinceHeartbeat();
    return silentMs > 10_000 ? `its group has not answered for ${Math.round(silentMs / 1_000)} s` : null;
  }
}
