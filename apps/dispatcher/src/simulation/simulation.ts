import type { WebhookState } from '@signalbox/contracts';
import { topicNames } from '@signalbox/contracts';
import type { TopicPartition } from '@signalbox/kafka';
import type { Sender } from '../sender/application/sender.ts';
import { BrokenInvariant, Invariants } from './invariants.ts';
import { SeededRandom } from './seeded-random.ts';
import type { BrokerFaults } from './simulated-brokers.ts';
import { SimulatedBrokers } from './simulated-brokers.ts';
import { SimulatedConfiguration } from './simulated-configuration.ts';
import { MODES, SimulatedEndpoints } from './simulated-endpoints.ts';
import { SimulatedLog } from './simulated-log.ts';
import { SESSION_MS, SimulatedProcess } from './simulated-process.ts';
import type { RoleName, RoleParts } from './simulated-roles.ts';
import { LANE_LIMITS, LIMITS, producerOf, routerOf, schedulerOf, senderOf, topicsOf } from './simulated-roles.ts';
import { VirtualTime } from './virtual-time.ts';

export interface SimulationResult {
  readonly seed: number;
  /** Undefined when every invariant held. */
  readonly fault: string | undefined;
  readonly steps: number;
  readonly posts: number;
  /** Deliveries that ended so, each as often as a sender said it. */
  readonly skipped: number;
  readonly expired: number;
  readonly virtualMs: number;
}

interface Running {
  readonly process: SimulatedProcess;
  readonly sender?: Sender;
}

const ROLES: readonly RoleName[] = ['router', 'sender', 'scheduler'];
const START_MS = 1_800_000_000_000;
/** Trouble lasts this long; afterwards everything has to come to its end. */
const TROUBLE_MS = 40_000;
/** Runs in which a whole role is down for minutes: few, as minutes are long. */
export const LONG_OUTAGES = 0.06;
const LONGEST_MS = 6 * 3_600_000;
const NO_FAULTS: BrokerFaults = { late: 0, rejected: 0, moved: 0 };

/**
 * The dispatcher's roles under virtual time: the modules that production wires, a log, brokers, endpoints and a
 * configuration that do what a seed says, processes that are killed, stopped, fall silent and join again. The same seed
 * makes the same run.
 */
export class Simulation {
  private readonly random: SeededRandom;
  private readonly time: VirtualTime;
  private readonly log: SimulatedLog;
  private readonly brokers: SimulatedBrokers;
  private readonly endpoints: SimulatedEndpoints;
  private readonly configuration: SimulatedConfiguration;
  private readonly invariants: Invariants;
  private readonly parts: RoleParts;
  private readonly topics = topicNames({ prefix: '', authEvents: ['auth-events'] });
  private readonly partitions: number;
  private readonly hasOutage: boolean;
  private readonly faults: BrokerFaults;
  private readonly processes = new Map<string, Running>();
  private readonly events: { readonly id: string; readonly tenantId: string }[] = [];
  private readonly changing = new Set<string>();
  /** Roles that are down as a whole, and how many processes of each are to come back. */
  private readonly away = new Map<RoleName, number>();
  private isTroubled = true;
  private disturbedUntilMs = START_MS;
  private fatal: Error | undefined;
  private born = 0;

  constructor(readonly seed: number) {
    this.random = new SeededRandom(seed);
    this.time = new VirtualTime(START_MS, this.random);
    this.hasOutage = this.random.chance(LONG_OUTAGES);
    this.partitions = this.random.between(1, 3);
    this.log = new SimulatedLog(this.time, this.random, this.topics, this.partitions);
    const often = this.random.pick([0, 0.02, 0.1]);
    this.faults = { late: often, rejected: this.random.pick([0, often / 2]), moved: often };
    this.brokers = new SimulatedBrokers(this.time, this.log, this.random, () =>
      this.isTroubled ? this.faults : NO_FAULTS,
    );
    this.endpoints = new SimulatedEndpoints(this.time, this.random);
    this.configuration = new SimulatedConfiguration(this.time, this.random);
    this.invariants = new Invariants({
      log: this.log,
      now: () => this.time.nowMs,
      maxHeld: LIMITS.maxHeld,
      maxConcurrency: LANE_LIMITS.maxConcurrency,
      steady: () => this.steady(),
      eventAt: (of, offset) => this.eventAt(of, offset),
    });
    const { time, log, brokers, endpoints, configuration, invariants } = this;
    this.parts = {
      time,
      log,
      brokers,
      endpoints,
      configuration,
      onPost: (process, sent) => {
        this.guard(() => invariants.onPost(process, sent));
        return () => invariants.onPostEnded(process, sent.state.id);
      },
      onFact: (process, fact, known) => this.guard(() => invariants.onFact(process, fact, known)),
      onDeadLetter: (message) => this.fail(new BrokenInvariant('1', `put aside: ${message}`)),
    };
  }

  async run(): Promise<SimulationResult> {
    let steps = 0;
    let fault: string | undefined;
    try {
      this.prepare();
      for (; !this.isOver(); steps++) {
        if (!(await this.time.step())) throw new BrokenInvariant('1', 'nothing goes on any more');
        if (this.fatal !== undefined) throw this.fatal;
        this.checkStep();
      }
    } catch (error) {
      fault = error instanceof BrokenInvariant ? error.message : `${String(error)}\n${(error as Error).stack ?? ''}`;
    }
    for (const { process } of this.processes.values()) process.kill(0);
    const virtualMs = this.time.nowMs - START_MS;
    const { postCount: posts, skippedCount: skipped, expiredCount: expired } = this.invariants;
    return { seed: this.seed, fault, steps, posts, skipped, expired, virtualMs };
  }

  private prepare(): void {
    const { random, time } = this;
    for (const role of ROLES) {
      for (const topic of topicsOf(role, this.topics)) {
        for (let partition = 0; partition < this.partitions; partition++) {
          this.log.memory.setCommitted(role, { topic, partition }, { offset: 0, metadata: '' });
        }
      }
    }
    const times = (count: number, make: (index: number) => void): void => {
      for (let index = 0; index < count; index++) make(index);
    };
    times(random.between(2, 6), (index) => this.configuration.put(this.aWebhook(index)));
    for (const id of this.configuration.webhookIds) if (random.chance(0.4)) this.changing.add(id);
    times(random.between(1, 3), () => this.spawn('sender'));
    times(random.between(1, 2), () => this.spawn('router'));
    times(random.between(1, 2), () => this.spawn('scheduler'));
    times(random.between(10, 60), () => this.publish(random.between(0, TROUBLE_MS - 5_000)));
    const burstAtMs = random.between(0, 20_000);
    if (random.chance(0.3)) times(150, () => this.publish(burstAtMs));
    times(random.between(0, 12), () => this.trouble());
    if (this.hasOutage) {
      const role = random.pick(['sender', 'sender', 'scheduler', 'scheduler', 'router'] as const);
      time.after(random.between(2_000, TROUBLE_MS - 12_000), () => this.outage(role));
    }
    time.after(TROUBLE_MS, () => this.heal());
  }

  private aWebhook(index: number): WebhookState {
    const { random } = this;
    const id = `webhook${index}`;
    const limit = random.pick([0, 0, 2, 10]);
    // Else nothing would be moved while a role is down, and so nothing forgotten.
    const longestMs = this.hasOutage && random.chance(0.5) ? 150_000 : 20_000;
    return {
      deleted: false,
      id,
      tenantId: `t${index % 2}`,
      epoch: 1,
      version: 1,
      name: '',
      subscribedTo: ['User.Created'],
      url: `https://${id}.example/`,
      headers: [],
      enabled: true,
      signingKeys: [],
      timeoutMs: random.between(1_000, 5_000),
      retryPolicy: {
        preset: random.pick(['logto', 'standard']),
        delaysMs: Array.from({ length: random.between(0, 3) }, () => random.between(1_000, longestMs)),
        maxAgeMs: random.pick([20_000, 60_000, 600_000, 86_400_000]),
      },
      ...(limit === 0 ? {} : { rateLimitPerSecond: limit }),
    };
  }

  private publish(atMs: number): void {
    this.time.after(atMs, () => {
      const id = `event${this.events.length}`;
      const tenantId = this.random.pick(['t0', 't1']);
      this.events.push({ id, tenantId });
      this.log.append({
        topic: this.topics.authEvents[0] ?? '',
        key: id,
        value: '{"event":"User.Created"}',
        headers: { 'event-id': id, 'tenant-id': tenantId },
      });
    });
  }

  /** One thing that goes wrong, at some time. */
  private trouble(): void {
    const { random, time } = this;
    const hit = (strike: (victim: SimulatedProcess) => void, isVictim = (_: Running) => true): void => {
      const victims = [...this.processes.values()].filter(isVictim);
      // All may be down.
      if (victims.length > 0) strike(random.pick(victims).process);
    };
    const lastsMs = random.between(1_000, 12_000);
    const kinds: readonly (() => void)[] = [
      () => hit((victim) => this.kill(victim, random.between(100, 4_000))),
      () => hit((victim) => this.kill(victim, random.between(100, 4_000))),
      () => hit((victim) => this.stop(victim, random.between(100, 4_000))),
      () => hit((victim) => victim.beAbsent('silent', lastsMs)),
      () => hit((victim) => victim.beAbsent('stopped', lastsMs)),
      () => this.brokers.failOver(),
      () => this.log.memory.rebalance(random.pick(['router', 'sender', 'sender', 'scheduler'])),
      () => this.endpoints.change(this.anOrigin(), random.pick(MODES)),
      () => this.endpoints.change(this.anOrigin(), random.pick(MODES)),
      () => {
        // Its verdict has to outlive whoever heard it, and whoever had lost the partition when it came.
        const origin = this.anOrigin();
        this.endpoints.change(origin, 'gone');
        time.after(random.between(2_000, 9_000), () => this.endpoints.change(origin, 'well'));
        this.configuration.isAway = true;
        time.after(lastsMs, () => (this.configuration.isAway = false));
        const strike = random.chance(0.5)
          ? (victim: SimulatedProcess): void => this.kill(victim, 100)
          : (victim: SimulatedProcess): void =>
              victim.beAbsent(random.pick(['silent', 'stopped']), random.between(7_000, 12_000));
        time.after(random.between(0, 10_000), () => hit(strike, ({ sender }) => sender !== undefined));
      },
      () => {
        if (this.changing.size > 0) this.configuration.change(random.pick([...this.changing]));
      },
      () => {
        this.endpoints.isCutOff = true;
        time.after(lastsMs, () => (this.endpoints.isCutOff = false));
      },
      () => {
        this.configuration.isAway = true;
        time.after(lastsMs, () => (this.configuration.isAway = false));
      },
      () => this.spawn('sender'),
    ];
    const happen = random.pick(kinds);
    time.after(random.between(500, TROUBLE_MS - 1_000), () => {
      this.disturbedUntilMs = Math.max(this.disturbedUntilMs, time.nowMs + 40_000);
      happen();
    });
  }

  /**
   * All processes of a role are gone, for longer than anything is remembered by the clock: while much is paid for that is
   * not committed, as retries are owed and an endpoint that hangs holds the commit back.
   */
  private outage(role: RoleName): void {
    const { random, time } = this;
    const lastsMs = random.chance(0.8) ? random.between(180_000, 240_000) : random.between(240_000, 600_000);
    this.endpoints.change(this.anOrigin(), 'hangs');
    this.endpoints.change(this.anOrigin(), 'fails');
    for (let count = 0; count < 20; count++) this.publish(random.between(0, 5_000));
    const beginsInMs = random.between(2_000, 6_000);
    this.disturbedUntilMs = Math.max(this.disturbedUntilMs, time.nowMs + beginsInMs + lastsMs + 40_000);
    time.after(beginsInMs, () => this.takeDown(role, lastsMs));
  }

  private takeDown(role: RoleName, forMs: number): void {
    const victims = [...this.processes.values()].filter(({ process }) => process.group === role);
    for (const { process } of victims) this.kill(process, 0);
    this.away.set(role, 0);
    this.time.after(forMs, () => {
      const missing = this.away.get(role) ?? 0;
      this.away.delete(role);
      for (let count = 0; count < missing; count++) this.spawn(role);
    });
  }

  private heal(): void {
    this.isTroubled = false;
    this.configuration.isAway = false;
    this.endpoints.heal();
  }

  private kill(process: SimulatedProcess, restartMs: number): void {
    process.kill(SESSION_MS);
    this.replace(process, restartMs);
  }

  private stop(process: SimulatedProcess, restartMs: number): void {
    if (process.isAbsent || process.isLeaving) return;
    void process.stop().then(() => {
      if (!process.isDead) this.replace(process, restartMs);
    });
  }

  private replace(process: SimulatedProcess, afterMs: number): void {
    const [role] = process.name.split(' ');
    this.processes.delete(process.name);
    this.time.after(afterMs, () => this.spawn(role as RoleName));
  }

  private spawn(role: RoleName): void {
    const missing = this.away.get(role);
    if (missing !== undefined) {
      this.away.set(role, missing + 1);
      return;
    }
    const name = `${role} ${this.born++}`;
    const process: SimulatedProcess = new SimulatedProcess(
      {
        name,
        group: role,
        topics: topicsOf(role, this.topics),
        onCommitted: (of, offset) => this.guard(() => this.invariants.onCommitted(role, of, offset)),
        onFatal: (error) => this.fail(error),
        onLost: () => this.invariants.onLost(process),
      },
      this.time,
      this.random,
      this.log,
    );
    const producer = producerOf(process, this.parts);
    switch (role) {
      case 'router':
        process.start(routerOf(process, producer, this.parts), producer);
        this.processes.set(name, { process });
        return;
      case 'scheduler':
        process.start(schedulerOf(producer, this.parts), producer);
        this.processes.set(name, { process });
        return;
      case 'sender': {
        const sender = senderOf(process, producer, this.parts);
        process.start(sender, producer);
        this.processes.set(name, { process, sender });
      }
    }
  }

  private checkStep(): void {
    for (const { process, sender } of this.processes.values()) {
      if (sender !== undefined) this.invariants.checkHeld(process, sender.inFlight + sender.queued);
    }
    const { deliveries: topic } = this.topics;
    for (let partition = 0; partition < this.partitions; partition++) {
      const committed = this.log.memory.committed('sender', { topic, partition })?.offset ?? 0;
      this.invariants.checkProgress(partition, topic, committed, this.time.nowMs < this.disturbedUntilMs);
    }
    this.invariants.checkTwins();
  }

  /** All is read, committed and ended. */
  private isOver(): boolean {
    if (this.isTroubled || this.time.nowMs % 7 !== 0) return false;
    const isRead = ROLES.every((role) => topicsOf(role, this.topics).every((topic) => this.isCommitted(role, topic)));
    const isAsking = [...this.processes.values()].some(({ sender }) => (sender?.unansweredVerdicts ?? 0) > 0);
    if (isRead && !isAsking && this.time.nowMs >= this.disturbedUntilMs) {
      const open = this.invariants.findOpen();
      if (open !== undefined) throw new BrokenInvariant('1', `the delivery ${open.deliveryId} never ended`);
      const untold = this.invariants.findUntold(this.configuration.answered);
      if (untold !== undefined) throw new BrokenInvariant('1', `the verdict in the fact about ${untold} was forgotten`);
      return true;
    }
    if (this.time.nowMs - START_MS > LONGEST_MS) throw new BrokenInvariant('1', 'it does not come to an end');
    return false;
  }

  private isCommitted(role: RoleName, topic: string): boolean {
    for (let partition = 0; partition < this.partitions; partition++) {
      const committed = this.log.memory.committed(role, { topic, partition })?.offset ?? 0;
      if (committed < this.log.endOf(topic, partition)) return false;
    }
    return true;
  }

  private steady(): readonly WebhookState[] {
    return this.configuration.webhookIds.flatMap((id) => {
      const history = this.configuration.histories.get(id) ?? [];
      return history.every((record): record is WebhookState => !record.deleted && record.enabled)
        ? history.slice(-1)
        : [];
    });
  }

  private eventAt({ topic, partition }: TopicPartition, offset: number) {
    const id = this.log.records(topic, partition)[offset]?.key?.toString() ?? '';
    const event = this.events.find((one) => one.id === id);
    if (event === undefined) throw new Error(`there is no event at ${topic}/${partition}/${offset}`);
    return event;
  }

  private anOrigin(): string {
    const record = this.configuration.latest(this.random.pick(this.configuration.webhookIds));
    return record === undefined || record.deleted ? '' : new URL(record.url).origin;
  }

  private guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private fail(error: Error): void {
    this.fatal ??= error;
  }
}
