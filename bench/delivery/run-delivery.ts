import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMetrics } from '../measure/metrics.ts';
import { CaughtUp } from './caught-up.ts';
import { Child } from './child.ts';
import { createWebhooks } from './create-webhooks.ts';
import { endpointsOf, eventGroups } from './endpoints.ts';
import type { LoaderCalls } from './loader.ts';
import type { DeliveryOptions } from './options.ts';
import type { PhaseResult } from './phase-count.ts';
import { runPhase, type PhaseOptions, type PhaseRun, type Rig } from './phase.ts';
import type { ReceiverCalls, ReceiverResult } from './receiver.ts';
import type { System } from './system.ts';

export interface MeasuredPhase extends PhaseRun {
  readonly result: PhaseResult;
}

export interface DeliveryRun {
  /** Undefined where it was left out. */
  readonly drain: MeasuredPhase | undefined;
  readonly openLoop: (MeasuredPhase & { readonly deliveriesPerSecond: number }) | undefined;
  readonly phases: readonly MeasuredPhase[];
  readonly receiver: ReceiverResult;
  /** What the sender says that became of its deliveries, by kind and detail. */
  readonly facts: readonly string[];
}

const WARM_UP_DELIVERIES = 5_000;
const MAX_PROBES = 100;
/** So much later another arrival of the same delivery would still be seen. */
const LINGER_MS = 2_000;

/** Runs all phases on a system that is there. */
export async function runDelivery(
  options: DeliveryOptions,
  system: System,
  control: Pick<Rig, 'signal' | 'onLine'>,
): Promise<DeliveryRun> {
  const receiver = new Child<ReceiverCalls>(join(import.meta.dirname, 'receiver.ts'));
  const loader = new Child<LoaderCalls>(join(import.meta.dirname, 'loader.ts'));
  try {
    await using caughtUp = await CaughtUp.connect(system);
    const port = await receiver.call('listen', null);
    const groups = eventGroups(options.endpoints / options.fanout);
    await loader.call('connect', { connection: system.connection, topic: system.topics.authEvents[0] ?? '', groups });
    const created = await createWebhooks(system, endpointsOf(groups, options.fanout, port), control.onLine);
    try {
      await receiver.call('know', { webhooks: created.webhooks, fanout: options.fanout });
      const processes = [
        ...system.processes,
        { name: 'receiver', pid: () => receiver.pid },
        { name: 'loader', pid: () => loader.pid },
      ];
      const run = new Run({ ...control, receiver, loader, caughtUp, processes, fanout: options.fanout }, options);
      await run.waitUntilRouted(groups.length);
      return { ...(await run.measure()), facts: await senderFacts(system) };
    } finally {
      if (options.isRunning) await created.remove();
    }
  } finally {
    loader.stop();
    receiver.stop();
  }
}

class Run {
  readonly #rig: Rig;
  readonly #options: DeliveryOptions;
  readonly #phases: PhaseRun[] = [];
  #sequence = 0;
  #probes = 0;

  constructor(rig: Rig, options: DeliveryOptions) {
    this.#rig = rig;
    this.#options = options;
  }

  /** An event that comes before the router knows its webhook is no loss, so nothing counts until each got one. */
  async waitUntilRouted(groups: number): Promise<void> {
    const { receiver, loader, signal, fanout } = this.#rig;
    for (; this.#probes < MAX_PROBES;) {
      const firstSequence = this.#take(groups);
      this.#probes++;
      await receiver.call('expect', { firstSequence, events: groups });
      await loader.call('publish', { firstSequence, events: groups });
      for (let look = 0; look < 5; look++) {
        await sleep(100, undefined, { signal });
        if ((await receiver.call('arrived', null)) === groups * fanout) return;
      }
    }
    throw new Error(`${MAX_PROBES} events to each webhook did not all arrive. ${await this.#firstFault()}`);
  }

  async measure(): Promise<Omit<DeliveryRun, 'facts'>> {
    const { deliveries, rate, seconds } = this.#options;
    const { fanout, receiver, signal } = this.#rig;
    await this.#run({ name: 'warm-up', events: Math.ceil(WARM_UP_DELIVERIES / fanout) });
    this.#toggleProfiles();
    if (deliveries > 0) await this.#run({ name: 'drain', events: Math.ceil(deliveries / fanout) });
    this.#toggleProfiles();
    const [warmUp, drained] = await this.#measured();
    if (warmUp === undefined) throw new Error('the warm-up was not measured');
    const deliveriesPerSecond = rate ?? Math.round(ratePerSecondOf(drained ?? warmUp) / 2);
    if (seconds > 0) {
      const ratePerSecond = deliveriesPerSecond / fanout;
      await this.#run({ name: 'open loop', events: Math.ceil(ratePerSecond * seconds), ratePerSecond });
    }
    await sleep(LINGER_MS, undefined, { signal });
    const phases = await this.#measured();
    const openLoop = phases.find(({ name }) => name === 'open loop');
    return {
      drain: phases.find(({ name }) => name === 'drain'),
      openLoop: openLoop && { ...openLoop, deliveriesPerSecond },
      phases,
      receiver: await receiver.call('results', null),
    };
  }

  /** Begins them, and ends them. */
  #toggleProfiles(): void {
    for (const { name, pid } of this.#rig.processes) {
      const running = pid();
      if (running !== undefined && this.#options.profiled.some((one) => one === name)) process.kill(running, 'SIGUSR2');
    }
  }

  async #run(phase: PhaseOptions): Promise<void> {
    const rate = phase.ratePerSecond === undefined ? 'as fast as Kafka takes them' : `at ${phase.ratePerSecond}/s`;
    this.#rig.onLine(`${phase.name}: ${phase.events} events ${rate}`);
    this.#phases.push(await runPhase(this.#rig, this.#take(phase.events), phase));
  }

  async #measured(): Promise<readonly MeasuredPhase[]> {
    const { phases } = await this.#rig.receiver.call('results', null);
    return this.#phases.flatMap((phase, index) => {
      const result = phases[this.#probes + index];
      return result === undefined ? [] : [{ ...phase, result }];
    });
  }

  #take(events: number): number {
    const first = this.#sequence;
    this.#sequence += events;
    return first;
  }

  async #firstFault(): Promise<string> {
    return (await this.#rig.receiver.call('results', null)).firstFault ?? '';
  }
}

/** From the first to the last arrival. */
export function ratePerSecondOf({ result }: MeasuredPhase): number {
  return (result.arrived / Math.max(1, result.lastAtUs - result.firstAtUs)) * 1e6;
}

async function senderFacts(system: System): Promise<readonly string[]> {
  const opsUrls = system.opsUrls();
  const opsUrl = opsUrls.get('dispatcher-sender') ?? opsUrls.get('dispatcher');
  if (opsUrl === undefined) return [];
  return [...(await readMetrics(opsUrl))].flatMap(([name, value]) => {
    const labels = /^signalbox_dispatcher_delivery_facts_total\{kind="([^"]*)",detail="([^"]*)"\}$/.exec(name);
    return labels === null ? [] : [`${labels[1]} ${labels[2]}: ${value}`];
  });
}
