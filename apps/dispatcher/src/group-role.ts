import type { CommitEntry, LogConsumer, LogHandler, LogProducer, TailReader } from '@signalbox/kafka';
import { CommitLoop } from '@signalbox/kafka';
import type { ReadinessCheck } from '@signalbox/observability';
import type { OnFatal, Role } from './role.ts';

/** A handler as the roles have them: it says what to commit, and may have work by the clock and at the end. */
export interface RoleHandler extends LogHandler {
  attach(consumer: LogConsumer): void;
  toCommit(): readonly CommitEntry[];
  onCommitted(entries: readonly CommitEntry[]): void;
  tick?(): void;
  /** Starts nothing more; resolves when what is under way is settled. */
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

  async stop(): Promise<void> {
    const { handler, consumer, producer, tail } = this.parts;
    consumer.quiesce();
    // What is drained needs its clock still: without ticks a sender would take its own stop for a standstill.
    await handler.drain?.();
    clearInterval(this.ticks);
    await producer.flush();
    await this.commits?.stop();
    await Promise.all([consumer.stop(), tail.stop()]);
    await producer.stop();
  }

  private reasonNotReady(): string | null {
    if (!this.isLocated) return 'it has not joined its group yet';
    const silentMs = this.parts.consumer.msSinceHeartbeat();
    return silentMs > 10_000 ? `its group has not answered for ${Math.round(silentMs / 1_000)} s` : null;
  }
}
