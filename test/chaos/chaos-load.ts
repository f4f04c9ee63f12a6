import { deliveryIdOf } from '@signalbox/domain';
import type { ServiceName } from '@signalbox/sandbox';
import { anEvent } from '@signalbox/testing';
import { createWebhooks } from '../support/create-webhooks.ts';
import type { ChaosSystem, Interruption } from './chaos-system.ts';
import type { Audit, ExpectedDelivery, Generation, PostOfAttempt, Repetition, Unrest } from './delivery-audit.ts';
import { auditDeliveries, DUPLICATE_CLASSES } from './delivery-audit.ts';
import type { Reply } from './recording-receiver.ts';
import { hashOf, RecordingReceiver } from './recording-receiver.ts';
import { SeededRandom } from './seeded-random.ts';

/**
 * 425, Too Early: tried again like a 500, but no sign that the endpoint is in trouble. With half of its answers a 500 a
 * webhook's breaker opens, and a case would wait for its probes for minutes.
 */
const LATER = 425;

/** One customer of a load. */
export interface Customer {
  /** How many POSTs of each delivery are answered with {@link LATER} before the first 200. */
  readonly failures: number;
  /** Of its retries. */
  readonly delaysMs: readonly number[];
  /** Before each answer, at most. */
  readonly slownessMs: number;
}

/** So many customers of each kind. */
export const customers = (...groups: readonly (readonly [number, Customer])[]): readonly Customer[] =>
  groups.flatMap(([count, customer]) => Array.from({ length: count }, () => customer));

/** The longest that there is: a receiver that a busy machine starves is no endpoint in trouble either. */
const TIMEOUT_MS = 30_000;

/** On several brokers. */
const REPLICATED_WITHIN_MS = 1_000;

/** Unexplained POSTs that are printed: enough to see what they have in common. */
const EXAMPLES = 5;

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? NaN;

interface PublishedEvent {
  readonly id: string;
  readonly text: string;
  isAcknowledged: boolean;
}

/** Events of one type for webhooks of its own, so that cases on one system do not meet. */
export class ChaosLoad implements AsyncDisposable {
  private readonly events: PublishedEvent[] = [];
  private readonly startedAtMs = Date.now();

  private constructor(
    private readonly system: ChaosSystem,
    private readonly eventType: string,
    readonly receiver: RecordingReceiver,
    private readonly webhookIds: readonly string[],
  ) {}

  static async start(system: ChaosSystem, eventType: string, to: readonly Customer[]): Promise<ChaosLoad> {
    // Of its own, so that how many POSTs came before changes no other choice.
    const random = new SeededRandom(system.random.seed);
    system.logs.forget();
    const receiver = await RecordingReceiver.start((path, earlier): Reply => {
      const { failures = 0, slownessMs = 0 } = to[Number(path.slice(1))] ?? {};
      return { status: earlier < failures ? LATER : 200, delayMs: random.between(0, slownessMs) };
    });
    const wishes = to.map(({ delaysMs }, index) => ({
      url: receiver.urlOf(`/${index}`),
      events: [eventType],
      delaysMs,
      timeoutMs: TIMEOUT_MS,
    }));
    return new ChaosLoad(system, eventType, receiver, await createWebhooks(system.sandbox, wishes));
  }

  /** Deliveries that must arrive: events that Kafka has acknowledged × webhooks. */
  get expected(): number {
    return this.events.filter(({ isAcknowledged }) => isAcknowledged).length * this.webhookIds.length;
  }

  /** Deliveries that must arrive and had no 2xx yet. */
  get underWay(): number {
    return this.expected - this.receiver.succeeded.size;
  }

  /** Resolves when Kafka has acknowledged them. `noteBytes` make a body longer. */
  async publish(count: number, noteBytes = 300): Promise<void> {
    for (let index = 0; index < count; index++) {
      const id = `${this.eventType}-${this.events.length}`;
      const data = { number: this.events.length, note: 'x'.repeat(noteBytes) };
      const text = anEvent(this.eventType, { data }).toString();
      const event: PublishedEvent = { id, text, isAcknowledged: false };
      this.events.push(event);
      this.system.publisher.send(text, { 'event-id': id }, () => (event.isAcknowledged = true));
    }
    await this.system.publisher.flush();
  }

  /**
   * Publishes until so many deliveries are under way. Beyond 4,000 the sender is crowded and puts off what it could send,
   * which is right and takes long.
   */
  async topUp(underWay: number): Promise<void> {
    await this.publish(Math.max(1, Math.ceil((underWay - this.underWay) / this.webhookIds.length)));
  }

  /**
   * Interrupts a service under this load, publishes so many events more while it is down, and starts it again. `look`
   * runs while it is down, before the events.
   */
  async interrupt(
    service: ServiceName,
    how: Interruption['how'],
    meanwhile: number,
    look: () => Promise<void> = () => Promise.resolve(),
  ): Promise<Interruption> {
    return this.system.interrupt(service, how, async () => {
      if (service === 'dispatcher-sender') await this.receiver.allClosed(20_000);
      await look();
      await this.publish(meanwhile);
    });
  }

  /** Compares what was published with what was received, and prints it. */
  audit(
    title: string,
    interruptions: readonly Interruption[],
    more: readonly string[] = [],
    unrests: readonly Unrest[] = [],
  ): Audit {
    const kills = interruptions.filter(({ how, service }) => how === 'killed' && service === 'dispatcher-sender');
    const expected = this.expectedDeliveries();
    const ids = new Set(expected.map(({ deliveryId }) => deliveryId));
    const facts = this.system.logs.attempts.filter(({ deliveryId }) => ids.has(deliveryId));
    const generations = this.generations(interruptions, unrests);
    const isReplicated = this.system.sandbox.runInfo.kafkaBrokers.includes(',');
    const audit = auditDeliveries({
      expected,
      posts: this.receiver.posts,
      facts,
      kills,
      unrests,
      generations,
      replicatedWithinMs: isReplicated ? REPLICATED_WITHIN_MS : 0,
    });
    const { lost, duplicated, unexplained, unexpected, altered, withoutFact, withoutPost } = audit;
    const delays = facts.map(({ appendedAtMs, endedAtMs }) => appendedAtMs - endedAtMs);
    const lines = [
      `${audit.expected} deliveries expected, ${this.receiver.posts.length} POSTs`,
      `lost ${lost.length}`,
      `duplicated: ${DUPLICATE_CLASSES.map((kind) => `${duplicated[kind]} ${kind}`).join(', ')}`,
      `unexpected ${unexpected.length}, altered ${altered.length}, without a fact ${withoutFact.length}, facts without a POST ${withoutPost.length}`,
      `put off: ${[...this.system.logs.putOff].map(([reason, count]) => `${count} ${reason}`).join(', ') || 'none'}`,
      `facts on the log after p50 ${percentile(delays, 0.5)} ms, p99 ${percentile(delays, 0.99)} ms`,
      ...more,
      ...unrests.map(
        ({ atMs, untilMs }) => `unrest from ${this.msSinceStart(atMs)} to ${this.msSinceStart(untilMs)} ms`,
      ),
      this.describeGenerations(generations),
      ...unexplained.slice(0, EXAMPLES).map((repetition) => this.describe(repetition)),
      `${((Date.now() - this.startedAtMs) / 1_000).toFixed(1)} s in all`,
    ];
    process.stdout.write(`chaos: ${title}\n${lines.map((line) => `  ${line}\n`).join('')}`);
    return audit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.receiver[Symbol.asyncDispose]();
  }

  /** Of the sender's group, since this load began. */
  private generations(interruptions: readonly Interruption[], unrests: readonly Unrest[]): readonly Generation[] {
    const { commits, groups } = this.system;
    const ofSender = interruptions.filter(({ service }) => service === 'dispatcher-sender');
    const expected = [...unrests, ...ofSender.map(({ atMs, readyAtMs }) => ({ atMs, untilMs: readyAtMs }))];
    return commits
      .generationsOf(groups.sender)
      .filter(({ atMs }) => atMs >= this.startedAtMs)
      .map(({ atMs, hasOtherMembers }) => ({
        atMs,
        hasOtherMembers,
        isExpected: expected.some((span) => span.atMs <= atMs && atMs <= span.untilMs),
      }));
  }

  private describeGenerations(generations: readonly Generation[]): string {
    const others = generations.filter(({ isExpected }) => !isExpected);
    const at = others
      .map(({ atMs, hasOtherMembers }) => {
        const who = hasOtherMembers ? 'other members' : 'the same members';
        return `, one not at ${this.msSinceStart(atMs)} ms (${who})`;
      })
      .join('');
    return `generations of the sender's group: ${generations.length}, ${generations.length - others.length} of them by the test itself${at}`;
  }

  private msSinceStart(timeMs: number): number {
    return Math.round(timeMs - this.startedAtMs);
  }

  /** Times in ms since this load began. */
  private describe({ first, again }: Repetition): string {
    const tell = ({ post, fact }: PostOfAttempt): string => {
      const { connectedAtMs, receivedAtMs, answeredAtMs } = post;
      const answered = answeredAtMs === undefined ? 'never' : `at ${this.msSinceStart(answeredAtMs)}`;
      const told = fact === undefined ? 'never' : `at ${this.msSinceStart(fact.appendedAtMs)}`;
      return `received at ${this.msSinceStart(receivedAtMs)} on a connection of ${this.msSinceStart(connectedAtMs)}, answered ${answered}, told ${told}`;
    };
    return `attempt ${first.attempt} of ${first.post.deliveryId}: ${tell(first)}; again ${tell(again)}`;
  }

  private expectedDeliveries(): readonly ExpectedDelivery[] {
    const acknowledged = this.events.filter(({ isAcknowledged }) => isAcknowledged);
    return acknowledged.flatMap(({ id, text }) =>
      this.webhookIds.map((webhookId) => ({
        deliveryId: deliveryIdOf(webhookId, id),
        bodyHash: hashOf(`${text.slice(0, -1)},"hookId":"${webhookId}"}`),
      })),
    );
  }
}
