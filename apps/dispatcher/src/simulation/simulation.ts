import type { Fact, WebhookState } from '@signalbox/contracts';
import { topicNames } from '@signalbox/contracts';
import { isKnownEvent, signingKeyOf } from '@signalbox/domain';
import type { TopicPartition } from '@signalbox/kafka';
import { KnownTail } from '@signalbox/positions';
import type { RoleHandler } from '../group-role.ts';
import { Router } from '../router/application/router.ts';
import { Scheduler } from '../scheduler/application/scheduler.ts';
import { Sender } from '../sender/application/sender.ts';
import { DEFAULT_SENDER_LIMITS } from '../sender/application/sender-options.ts';
import { DEFAULT_LANE_LIMITS } from '../sender/domain/lane.ts';
import type { SendProfile } from '../sender/domain/send-profile.ts';
import { BrokenInvariant, Invariants } from './invariants.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedConfiguration } from './simulated-configuration.ts';
import { MODES, SimulatedEndpoints } from './simulated-endpoints.ts';
import { SimulatedLog } from './simulated-log.ts';
import { SimulatedProcess } from './simulated-process.ts';
import type { ProducerFaults } from './simulated-producer.ts';
import { SimulatedProducer } from './simulated-producer.ts';
import { VirtualTime } from './virtual-time.ts';

type RoleName = 'router' | 'sender' | 'scheduler';

export interface SimulationResult {
  readonly seed: number;
  /** Undefined when every invariant held. */
  readonly fault: string | undefined;
  readonly steps: number;
  readonly posts: number;
  readonly virtualMs: number;
}

const START_MS = 1_800_000_000_000;
/** Trouble lasts this long; afterwards everything has to come to its end. */
const TROUBLE_MS = 40_000;
const LONGEST_MS = 6 * 3_600_000;
const SESSION_MS = 6_000;
const NO_FAULTS: ProducerFaults = { late: 0, rejected: 0, moved: 0 };
const LIMITS = { ...DEFAULT_SENDER_LIMITS, maxHeld: 200 };
const LANE_LIMITS = { ...DEFAULT_LANE_LIMITS, minQueued: 16, maxConcurrency: 8 };
const SIGNING_KEY = signingKeyOf('simulated');

/**
 * The dispatcher's roles under virtual time: the modules that production wires, a log, endpoints and a configuration
 * that do what a seed says, processes that are killed, fall silent and join again. The same seed makes the same run.
 */
export class Simulation {
  private readonly random: SeededRandom;
  private readonly time: VirtualTime;
  private readonly log: SimulatedLog;
  private readonly endpoints: SimulatedEndpoints;
  private readonly configuration: SimulatedConfiguration;
  private readonly invariants: Invariants;
  private readonly topics = topicNames({ prefix: '', authEvents: ['auth-events'] });
  private readonly partitions: number;
  private readonly faults: ProducerFaults;
  private readonly processes = new Map<string, { readonly process: SimulatedProcess; readonly sender?: Sender }>();
  private readonly events: { readonly id: string; readonly tenantId: string }[] = [];
  private readonly changing = new Set<string>();
  private isTroubled = true;
  private disturbedUntilMs = START_MS;
  private fatal: Error | undefined;
  private born = 0;

  constructor(readonly seed: number) {
    this.random = new SeededRandom(seed);
    this.time = new VirtualTime(START_MS, this.random);
    this.partitions = this.random.between(1, 3);
    this.log = new SimulatedLog(this.time, this.topics, this.partitions);
    this.endpoints = new SimulatedEndpoints(this.time, this.random);
    this.configuration = new SimulatedConfiguration(this.time, this.random);
    const often = this.random.pick([0, 0.02, 0.1]);
    this.faults = { late: often, rejected: often / 2, moved: often };
    this.invariants = new Invariants({
      log: this.log,
      now: () => this.time.nowMs,
      maxHeld: LIMITS.maxHeld,
      maxConcurrency: LANE_LIMITS.maxConcurrency,
      steady: () => this.steady(),
      eventAt: (of, offset) => this.eventAt(of, offset),
    });
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
    return { seed: this.seed, fault, steps, posts: this.invariants.postCount, virtualMs };
  }

  private prepare(): void {
    const { random } = this;
    for (const [role, topics] of [
      ['router', this.topics.authEvents],
      ['sender', [this.topics.deliveries]],
      ['scheduler', this.topics.retries],
    ] as const) {
      for (const topic of topics) {
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
    this.spawn('scheduler');
    times(random.between(10, 60), () => this.publish(random.between(0, TROUBLE_MS - 5_000)));
    const burstAtMs = random.between(0, 20_000);
    if (random.chance(0.3)) times(150, () => this.publish(burstAtMs));
    times(random.between(0, 12), () => this.trouble());
    this.time.after(TROUBLE_MS, () => this.heal());
  }

  private aWebhook(index: number): WebhookState {
    const { random } = this;
    const id = `webhook${index}`;
    const limit = random.pick([0, 0, 2, 10]);
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
        delaysMs: Array.from({ length: random.between(0, 3) }, () => random.between(1_000, 20_000)),
        maxAgeMs: random.pick([60_000, 600_000, 86_400_000]),
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
    const victim = (): SimulatedProcess => random.pick([...this.processes.values()]).process;
    const lastsMs = random.between(1_000, 12_000);
    const kinds: readonly (() => void)[] = [
      () => this.kill(victim(), random.between(100, 4_000)),
      () => this.kill(victim(), random.between(100, 4_000)),
      () => victim().fallSilent(lastsMs),
      () => this.log.memory.rebalance(random.pick(['router', 'sender', 'sender', 'scheduler'])),
      () => this.endpoints.change(this.anOrigin(), random.pick(MODES)),
      () => this.endpoints.change(this.anOrigin(), random.pick(MODES)),
      () => {
        // Its verdict has to outlive whoever heard it.
        this.endpoints.change(this.anOrigin(), 'gone');
        this.configuration.isAway = true;
        time.after(lastsMs, () => (this.configuration.isAway = false));
        time.after(random.between(1_000, 10_000), () => this.kill(victim(), 100));
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
      this.disturbedUntilMs = Math.max(this.disturbedUntilMs, time.nowMs + 30_000);
      happen();
    });
  }

  private heal(): void {
    this.isTroubled = false;
    this.configuration.isAway = false;
    this.endpoints.heal();
  }

  private kill(process: SimulatedProcess, restartMs: number): void {
    const [role] = process.name.split(' ');
    process.kill(SESSION_MS);
    this.processes.delete(process.name);
    this.time.after(restartMs, () => this.spawn(role as RoleName));
  }

  private spawn(role: RoleName): void {
    const { log, time, topics } = this;
    const name = `${role} ${this.born++}`;
    const directory = this.configuration.directory();
    const now = (): number => time.nowMs;
    const mayStart = (): boolean => process.msSinceHeartbeat() <= 4_500;
    const faultsNow = (): ProducerFaults => (this.isTroubled ? this.faults : NO_FAULTS);
    const producer = new SimulatedProducer(time, log, this.random, faultsNow, mayStart);
    const tail = new KnownTail({
      reader: log.memory.tailReader(topics.deliveries),
      topic: topics.deliveries,
      partitions: this.partitions,
    });
    let sender: Sender | undefined;
    const handlers: Record<RoleName, () => RoleHandler> = {
      router: () =>
        new Router({
          rules: {
            subscribers: (tenantId, event) => directory.subscribers(tenantId, event),
            isKnownEvent: (_tenantId, event) => isKnownEvent(event),
            maxEventBytes: 100_000,
            randomUuids: () => '0af76519-16cd-43dd-8448-eb211c80319cb7ad6b71-6920-4331-8000-000000000001',
          },
          producer,
          tail,
          topics,
          now,
          observer: {
            onRouted: () => {},
            onDeadLetter: (_reason, source, message) => this.fail(`${source} ${message}`),
          },
        }),
      sender: () =>
        (sender = new Sender({
          directory,
          profiles: { of: (state) => profileOf(state) },
          transport: this.endpoints.transport(
            (request) => this.invariants.onPost(process, stateOf(request.headers, this.configuration), request.body),
            () => process.isDead,
          ),
          disabler: this.configuration,
          producer,
          attemptsTail: log.memory.tailReader(topics.attempts),
          topics,
          laneLimits: LANE_LIMITS,
          limits: LIMITS,
          now,
          observer: {
            onFact: (fact: Fact) => this.invariants.onFact(process, fact),
            onAttempt: () => {},
            onDeadLetter: (source, message) => this.fail(`${source} ${message}`),
            onConfigurationBehind: () => {},
            onUnknownKey: () => {},
            onDisableFailed: () => {},
          },
        })),
      scheduler: () =>
        new Scheduler({
          producer,
          tail,
          topics,
          maxHeld: 50,
          maxHeldBytes: 1_000_000,
          now,
          observer: { onDelivered: () => {}, onHopped: () => {}, onTwin: () => {}, onDeadLetter: () => {} },
        }),
    };
    const read: Record<RoleName, readonly string[]> = {
      router: topics.authEvents,
      sender: [topics.deliveries],
      scheduler: topics.retries,
    };
    const process: SimulatedProcess = new SimulatedProcess(
      {
        name,
        group: role,
        topics: read[role],
        producer,
        handler: handlers[role](),
        onCommitted: (of, offset) => this.guard(() => this.invariants.onCommitted(role, of, offset)),
        onFatal: (error) => this.fail(error),
        onJoined: (lost) => {
          if (lost.length > 0) this.invariants.onLost(process);
        },
      },
      time,
      log,
    );
    this.processes.set(name, { process, ...(sender === undefined ? {} : { sender }) });
    process.start();
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
  }

  /** All is read, committed and ended. */
  private isOver(): boolean {
    if (this.isTroubled || this.time.nowMs % 7 !== 0) return false;
    const of: readonly (readonly [RoleName, readonly string[]])[] = [
      ['router', this.topics.authEvents],
      ['sender', [this.topics.deliveries]],
      ['scheduler', this.topics.retries],
    ];
    const isRead = of.every(([role, topics]) => topics.every((topic) => this.isCommitted(role, topic)));
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

  private fail(error: Error | string): void {
    this.fatal ??= typeof error === 'string' ? new Error(error) : error;
  }
}

/** The profile says which state it was made of, so that a POST can be traced back to it. */
function profileOf(state: WebhookState): SendProfile {
  const { origin, hostname } = new URL(state.url);
  return {
    endpoint: { ok: true, protocol: 'https:', hostname, port: 443, isIpLiteral: false, origin, path: '/' },
    headers: [state.id, String(state.version)],
    keys: [{ key: SIGNING_KEY, honouredUntilMs: null }],
    timeoutMs: state.timeoutMs,
    retryPolicy: state.retryPolicy,
  };
}

function stateOf([id = '', version]: readonly string[], configuration: SimulatedConfiguration): WebhookState {
  const state = configuration.histories.get(id)?.find((record) => record.version === Number(version));
  if (state === undefined || state.deleted) throw new BrokenInvariant('7', `${id} has no state ${version}`);
  return state;
}
