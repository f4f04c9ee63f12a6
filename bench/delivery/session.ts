import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { usageOf } from '../measure/process-usage.ts';
import { CaughtUp } from './caught-up.ts';
import { Child } from './child.ts';
import { createWebhooks } from './create-webhooks.ts';
import { endpointsOf, eventGroups, type GroupRange } from './endpoints.ts';
import type { LoaderCalls } from './loader.ts';
import type { PhaseResult } from './phase-count.ts';
import { runPhase, type PhaseOptions, type PhaseRun, type Rig } from './phase.ts';
import type { EndpointFault, Listening, ReceiverCalls, ReceiverResult } from './receiver.ts';
import type { System } from './system.ts';

export interface MeasuredPhase extends PhaseRun {
  readonly result: PhaseResult;
}

export interface SessionOptions {
  readonly endpoints: number;
  /** Webhooks that one event matches. */
  readonly fanout: number;
  /** Of the groups the last ones, reached by TLS. Default 0. */
  readonly secure?: number;
  /** The system goes on afterwards: the webhooks are taken away again. */
  readonly isRunning?: boolean;
}

export type Control = Pick<Rig, 'signal' | 'onLine'>;

const MAX_PROBES = 100;

/** Receiver and loader in processes of their own, the webhooks between them, and the phases that were run. */
export class Session {
  /** All groups. */
  readonly groups: GroupRange;
  readonly #rig: Rig;
  readonly #phases: PhaseRun[] = [];
  #sequence = 0;
  #probes = 0;

  private constructor(rig: Rig, groups: number) {
    this.#rig = rig;
    this.groups = { first: 0, count: groups };
  }

  /** `startSystem` is told where the receiver listens. Stops everything it started when `work` has ended. */
  static async run<Result>(
    options: SessionOptions,
    startSystem: (receiver: Listening) => Promise<System>,
    control: Control,
    work: (session: Session, system: System) => Promise<Result>,
  ): Promise<Result> {
    const receiver = new Child<ReceiverCalls>(join(import.meta.dirname, 'receiver.ts'));
    const loader = new Child<LoaderCalls>(join(import.meta.dirname, 'loader.ts'));
    try {
      const listening = await receiver.call('listen', null);
      const system = await startSystem(listening);
      try {
        await using caughtUp = await CaughtUp.connect(system);
        const groups = eventGroups(options.endpoints / options.fanout);
        const topic = system.topics.authEvents[0] ?? '';
        await loader.call('connect', { connection: system.connection, topic, groups });
        const { fanout, secure = 0 } = options;
        const created = await createWebhooks(
          system,
          endpointsOf(groups, { fanout, secure }, listening),
          control.onLine,
        );
        try {
          await receiver.call('know', { webhooks: created.webhooks, fanout });
          const processes = [
            ...system.processes,
            { name: 'receiver', pid: () => receiver.pid },
            { name: 'loader', pid: () => loader.pid },
          ];
          const session = new Session(
            { ...control, receiver, loader, caughtUp, processes, fanout, failing: { first: 0, count: 0 } },
            groups.length,
          );
          await session.#waitUntilRouted();
          return await work(session, system);
        } finally {
          if (options.isRunning === true) await created.remove();
        }
      } finally {
        control.onLine('stopping');
        await system.stop();
      }
    } finally {
      loader.stop();
      receiver.stop();
    }
  }

  get fanout(): number {
    return this.#rig.fanout;
  }

  async phase(phase: Omit<PhaseOptions, 'groups'> & Partial<Pick<PhaseOptions, 'groups'>>): Promise<void> {
    const whole: PhaseOptions = { groups: this.groups, ...phase };
    const rate = whole.ratePerSecond === undefined ? 'as fast as Kafka takes them' : `at ${whole.ratePerSecond}/s`;
    this.#rig.onLine(`${whole.name}: ${whole.events} events ${rate}`);
    this.#phases.push(await runPhase(this.#rig, this.#take(whole.events), whole));
  }

  /** Of all processes now. */
  memoryBytes(): ReadonlyMap<string, number> {
    return new Map([...usageOf(this.#rig.processes)].map(([name, usage]) => [name, usage.memoryBytes]));
  }

  /** From now on these groups fail, each in one of these ways in turn, and what comes to them is not counted. */
  async fail(groups: GroupRange, faults: readonly EndpointFault[]): Promise<void> {
    this.#rig.failing = groups;
    await this.#rig.receiver.call('fail', { groups, faults });
  }

  /** Publishes events of groups that fail, and waits for no delivery. */
  async publishToFailing(events: number, groups: GroupRange): Promise<void> {
    await this.#rig.loader.call('publish', { firstSequence: this.#take(events), events, groups });
  }

  /** All phases so far, with what arrived of them until now. */
  async measured(): Promise<readonly MeasuredPhase[]> {
    const { phases } = await this.receiver();
    return this.#phases.flatMap((phase, index) => {
      const result = phases[this.#probes + index];
      return result === undefined ? [] : [{ ...phase, result }];
    });
  }

  /** Deliveries of the newest phase. */
  arrived(): Promise<number> {
    return this.#rig.receiver.call('arrived', null);
  }

  /** Deliveries that no sender has committed. */
  unsent(): Promise<number> {
    return this.#rig.caughtUp.unsent();
  }

  /** Senders that know what they hold; 0 while they settle that among themselves. */
  senders(): Promise<number> {
    return this.#rig.caughtUp.senders();
  }

  receiver(): Promise<ReceiverResult> {
    return this.#rig.receiver.call('results', null);
  }

  /** Begins the profiles of these services, and ends them. */
  toggleProfiles(services: readonly string[]): void {
    for (const { name, pid } of this.#rig.processes) {
      const running = pid();
      if (running !== undefined && services.includes(name)) process.kill(running, 'SIGUSR2');
    }
  }

  /** An event that comes before the router knows its webhook is no loss, so nothing counts until each got one. */
  async #waitUntilRouted(): Promise<void> {
    const { receiver, loader, signal, fanout } = this.#rig;
    const { groups } = this;
    const events = groups.count;
    for (; this.#probes < MAX_PROBES;) {
      const firstSequence = this.#take(events);
      this.#probes++;
      await receiver.call('expect', { firstSequence, events, groups });
      await loader.call('publish', { firstSequence, events, groups });
      for (let look = 0; look < 5; look++) {
        await sleep(100, undefined, { signal });
        if ((await receiver.call('arrived', null)) === events * fanout) return;
      }
    }
    const { firstFault = '' } = await this.receiver();
    throw new Error(`${MAX_PROBES} events to each webhook did not all arrive. ${firstFault}`);
  }

  #take(events: number): number {
    const first = this.#sequence;
    this.#sequence += events;
    return first;
  }
}
