import type {
  BreakerChanged,
  Deferred,
  Delivery,
  Expired,
  Fact,
  Skipped,
  WebhookRecord,
  WebhookState,
} from '@signalbox/contracts';
import { decodeDelivery } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import type { TopicPartition } from '@signalbox/kafka';
import { MAX_HEARTBEAT_AGE_MS } from '@signalbox/kafka';
import { owedBy } from '../sender/domain/send-facts.ts';
import type { SimulatedLog } from './simulated-log.ts';
import { askedBy } from './simulated-log.ts';
import type { SimulatedProcess, Tenure } from './simulated-process.ts';

/** An invariant of design.md, section 3, does not hold. */
export class BrokenInvariant extends Error {
  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`);
    this.name = 'BrokenInvariant';
  }
}

interface Post {
  readonly process: SimulatedProcess;
  readonly tenure: number;
}

/** What a POST is made of. */
export interface Sent {
  /** The state of the webhook that it is sent by. */
  readonly state: WebhookState;
  /** What the process knows of the webhook when it begins. */
  readonly known: WebhookRecord | undefined;
  readonly body: Buffer;
}

export interface InvariantOptions {
  readonly log: SimulatedLog;
  readonly now: () => number;
  readonly maxHeld: number;
  readonly maxConcurrency: number;
  /** Webhooks that every event of their tenant must reach: never changed, never off. */
  readonly steady: () => readonly WebhookState[];
  /** The event's id and tenant, by its place in the log. */
  readonly eventAt: (of: TopicPartition, offset: number) => { readonly id: string; readonly tenantId: string };
}

/** No record may hold back a commit longer: queue age, timeout, and what Kafka takes when it is slow. */
const LONGEST_HELD_MS = 60_000;

/** Watches a run, and throws as soon as an invariant does not hold. */
export class Invariants {
  private readonly posts = new Map<string, Post[]>();
  /** Where what was sent lies, by what it asks for. */
  private readonly places = new Map<string, Set<string>>();
  private readonly underWay = new Map<string, number>();
  private readonly breakers = new Map<string, BreakerChanged['state']>();
  private readonly starts = new Map<string, number[]>();
  private readonly verified = new Map<string, number>();
  private readonly progress = new Map<string, { offset: number; sinceMs: number }>();
  postCount = 0;
  skippedCount = 0;
  expiredCount = 0;

  constructor(private readonly options: InvariantOptions) {}

  /** A POST begins. */
  onPost(process: SimulatedProcess, { state, known, body }: Sent): void {
    const record = this.options.log.recordOf(body);
    if (record === undefined) throw new BrokenInvariant('2', 'what is sent was never in the log');
    const { delivery, partition, offset, dueAtMs, roundStartedAtMs } = record;
    this.postCount++;
    if (this.options.now() < dueAtMs)
      throw new BrokenInvariant('4', `${delivery.deliveryId} is sent ${dueAtMs - this.options.now()} ms too early`);
    this.checkConfiguration(state, known, delivery);
    const { maxAgeMs } = state.retryPolicy;
    if (this.options.now() - roundStartedAtMs > maxAgeMs)
      throw new BrokenInvariant('expiry', `${delivery.deliveryId} is sent though it is older than ${maxAgeMs} ms`);
    this.checkBreaker(process, state.id);
    this.checkRate(process, state);
    const place = `${partition}/${offset}`;
    const tenure = process.tenureOf(partition);
    if (tenure === undefined)
      throw new BrokenInvariant('3', `${process.name} sends of a partition that it does not hold`);
    const silentMs = process.msSinceHeartbeat();
    if (silentMs > MAX_HEARTBEAT_AGE_MS)
      throw new BrokenInvariant('3', `${process.name} sends though its group has been silent for ${silentMs} ms`);
    this.checkDuplicate(process, place, tenure);
    this.checkTwinSent(place, delivery, tenure);
    this.posts.set(place, [...(this.posts.get(place) ?? []), { process, tenure: tenure.id }]);
    const lane = `${process.name}/${state.id}`;
    const active = (this.underWay.get(lane) ?? 0) + 1;
    this.underWay.set(lane, active);
    if (active > this.options.maxConcurrency)
      throw new BrokenInvariant('4', `${active} POSTs at a time for ${state.id}`);
  }

  onPostEnded(process: SimulatedProcess, webhookId: string): void {
    const lane = `${process.name}/${webhookId}`;
    this.underWay.set(lane, (this.underWay.get(lane) ?? 1) - 1);
  }

  onFact(process: SimulatedProcess, fact: Fact, known: WebhookRecord | undefined): void {
    // No endpoint of a simulation has a name that does not resolve: it was our own resolver.
    if (fact.kind === 'attempted' && fact.errorClass === 'dns') {
      throw new BrokenInvariant('own fault', `${fact.deliveryId} is charged with a fault of ours`);
    }
    if (fact.kind === 'skipped') this.checkSkipped(fact, known);
    if (fact.kind === 'expired') this.checkExpired(fact, known);
    if (fact.kind === 'deferred') this.checkDeferred(fact, known);
    if (fact.kind === 'breaker-changed') this.breakers.set(`${process.name}/${fact.webhookId}`, fact.state);
  }

  /** Partitions went away: whoever holds them now knows nothing of these breakers. */
  onLost(process: SimulatedProcess): void {
    for (const key of this.breakers.keys()) if (key.startsWith(`${process.name}/`)) this.breakers.delete(key);
  }

  /** Invariant 5. */
  checkHeld(process: SimulatedProcess, held: number): void {
    // A batch is taken whole.
    const most = this.options.maxHeld + 100;
    if (held > most) throw new BrokenInvariant('5', `${process.name} holds ${held} deliveries`);
  }

  /** Invariant 1: what lies below a committed offset is settled, with all that it owes. */
  onCommitted(role: 'router' | 'sender' | 'scheduler', of: TopicPartition, committed: number): void {
    const key = `${role}/${of.topic}/${of.partition}`;
    const from = this.verified.get(key) ?? 0;
    if (committed <= from) return;
    for (const record of this.options.log.records(of.topic, of.partition).slice(from, committed)) {
      const place = `${of.topic}/${of.partition}/${record.offset}`;
      if (role === 'router') this.checkRouted(of, record.offset, place);
      const delivery = decodeDelivery(record.headers);
      if (delivery === undefined) continue;
      if (role === 'sender') this.checkSettled(of.partition, record.offset, delivery, place);
      else if ((this.options.log.asked.get(askedBy(delivery)) ?? 0) < 2) {
        throw new BrokenInvariant('1', `${place} is committed by the scheduler and went nowhere`);
      }
    }
    this.verified.set(key, committed);
  }

  /** Invariant 4: nothing holds back a commit for long. `isDisturbed`: the group or Kafka is in trouble now. */
  checkProgress(partition: number, topic: string, committed: number, isDisturbed: boolean): void {
    const key = `sender/${topic}/${partition}`;
    const nowMs = this.options.now();
    const known = this.progress.get(key);
    const isDone = this.options.log.endOf(topic, partition) <= committed;
    if (isDone || isDisturbed || known === undefined || known.offset !== committed) {
      this.progress.set(key, { offset: committed, sinceMs: nowMs });
    } else if (nowMs - known.sinceMs > LONGEST_HELD_MS) {
      throw new BrokenInvariant('4', `${key}/${committed} holds back the commit for ${nowMs - known.sinceMs} ms`);
    }
  }

  /** Invariant 3: whatever is killed, and however long it is away, no retry and no event is there twice that was known. */
  checkTwins(): void {
    const { twin } = this.options.log;
    if (twin !== undefined) throw new BrokenInvariant('3', `${twin} is in deliveries twice`);
  }

  /** Every delivery there ever was has ended, in its own way. */
  findOpen(): Delivery | undefined {
    const ended = new Set<string>();
    for (const facts of this.options.log.facts.values()) {
      for (const { fact } of facts) if (owedBy(fact, {} as Delivery) === undefined) ended.add(fact.deliveryId);
    }
    for (const [record] of this.options.log.deliveriesOf.values()) {
      if (record !== undefined && !ended.has(record.delivery.deliveryId)) return record.delivery;
    }
    return undefined;
  }

  /** A receiver's verdict that config-service was never told of. */
  findUntold(answered: ReadonlyMap<string, number>): string | undefined {
    for (const [place, facts] of this.options.log.facts) {
      for (const { fact } of facts) {
        if (fact.kind !== 'attempted' || fact.verdict !== 'disable-webhook') continue;
        if ((answered.get(fact.webhookId) ?? 0) < fact.webhookVersion) return `${place} of ${fact.webhookId}`;
      }
    }
    return undefined;
  }

  private checkRouted(of: TopicPartition, offset: number, place: string): void {
    const event = this.options.eventAt(of, offset);
    for (const { id, tenantId } of this.options.steady()) {
      if (tenantId !== event.tenantId) continue;
      if (this.options.log.deliveriesOf.has(`${deliveryIdOf(id, event.id)}/0/1/0`)) continue;
      throw new BrokenInvariant('1', `${place} is committed by the router without a delivery for ${id}`);
    }
  }

  private checkSettled(partition: number, offset: number, delivery: Delivery, place: string): void {
    const facts = this.options.log.facts.get(`${partition}/${offset}`) ?? [];
    const isSettled = facts.some(({ fact }) => {
      const owed = owedBy(fact, delivery);
      return owed === undefined || this.options.log.asked.has(askedBy(owed.delivery));
    });
    if (isSettled || this.isTwinOfEarlier(partition, offset, delivery)) return;
    const why = facts.length === 0 ? 'without a fact' : `while what is owed by ${facts.at(-1)?.fact.kind} is not there`;
    throw new BrokenInvariant('1', `${place} is committed by a sender ${why}`);
  }

  /** What comes a second time ends with the first, which lies below it and is asked for a fact of its own. */
  private isTwinOfEarlier(partition: number, offset: number, delivery: Delivery): boolean {
    const alike = this.options.log.deliveriesOf.get(askedBy(delivery)) ?? [];
    return alike.some((one) => one.partition === partition && one.offset < offset);
  }

  /** Invariant 7: what counts is what the process knows at the start of the POST, at least what it was routed with. */
  private checkConfiguration(state: WebhookState, known: WebhookRecord | undefined, delivery: Delivery): void {
    if (known === undefined || known.deleted || !known.enabled) {
      throw new BrokenInvariant('7', `${state.id} is sent to while it is ${offAs(known) ?? 'unknown'}`);
    }
    const newest = Math.max(known.version, delivery.webhookVersion);
    if (state.version < newest)
      throw new BrokenInvariant('7', `${state.id} is sent to by version ${state.version}: ${newest} is known`);
  }

  /**
   * What is off is not sent to and does not expire, what is too old is not sent, and all has to end: so `skipped` and
   * `expired` are what is left, each where it is owed and nowhere else.
   */
  private checkSkipped({ deliveryId, reason }: Skipped, known: WebhookRecord | undefined): void {
    this.skippedCount++;
    if (reason !== `webhook ${offAs(known)}`)
      throw new BrokenInvariant(
        '7',
        `${deliveryId} is skipped (${reason}) while its webhook is ${offAs(known) ?? 'on'}`,
      );
  }

  private checkExpired({ deliveryId, atMs, roundStartedAtMs }: Expired, known: WebhookRecord | undefined): void {
    this.expiredCount++;
    if (known === undefined || known.deleted || !known.enabled)
      throw new BrokenInvariant('7', `${deliveryId} expires while its webhook is ${offAs(known) ?? 'unknown'}`);
    const { maxAgeMs } = known.retryPolicy;
    if (atMs - roundStartedAtMs <= maxAgeMs)
      throw new BrokenInvariant('expiry', `${deliveryId} expires before it is older than ${maxAgeMs} ms`);
  }

  /** What expires before its turn is looked at when it does: it is to end in time. */
  private checkDeferred(
    { deliveryId, reason, atMs, dueAtMs, roundStartedAtMs }: Deferred,
    known: WebhookRecord | undefined,
  ): void {
    // Of a state that has not come yet nobody knows how long it may live.
    if (known === undefined || known.deleted || reason === 'configuration behind') return;
    const lateMs = dueAtMs - Math.max(atMs, roundStartedAtMs + known.retryPolicy.maxAgeMs + 1);
    if (lateMs > 0)
      throw new BrokenInvariant('expiry', `${deliveryId} is put off (${reason}) until ${lateMs} ms after it expires`);
  }

  private checkBreaker(process: SimulatedProcess, webhookId: string): void {
    const key = `${process.name}/${webhookId}`;
    const state = this.breakers.get(key);
    if (state === 'open') throw new BrokenInvariant('4', `${webhookId} is sent to while its breaker is open`);
    // The probe has gone: nothing more until it has told.
    if (state === 'half-open') this.breakers.set(key, 'open');
  }

  private checkRate(process: SimulatedProcess, { id, rateLimitPerSecond }: WebhookState): void {
    if (rateLimitPerSecond === undefined) return;
    const key = `${process.name}/${id}`;
    const nowMs = this.options.now();
    const lately = [...(this.starts.get(key) ?? []).filter((at) => at > nowMs - 1_000), nowMs];
    this.starts.set(key, lately);
    if (lately.length > rateLimitPerSecond * 1.1 + 1) {
      throw new BrokenInvariant(
        '4',
        `${id} is sent to ${lately.length} times in a second: ${rateLimitPerSecond} are allowed`,
      );
    }
  }

  /** Invariant 3: the same record goes out again only when it is not known whether it went out. */
  private checkDuplicate(process: SimulatedProcess, place: string, tenure: Tenure): void {
    const before = this.posts.get(place) ?? [];
    if (before.some((post) => post.process === process && post.tenure === tenure.id)) {
      throw new BrokenInvariant('3', `${place} is sent twice by ${process.name}, which held it all the time`);
    }
    const known = this.options.log.facts.get(place)?.find(({ order }) => order < tenure.since);
    if (known !== undefined) {
      throw new BrokenInvariant(
        '3',
        `${place} is sent again by ${process.name} though its fact was there: ${known.fact.kind}`,
      );
    }
  }

  /**
   * Invariant 3: of two records that ask for the same, one is sent. Who came to hold the partition after both had been
   * owed knows nothing of it.
   */
  private checkTwinSent(place: string, delivery: Delivery, tenure: Tenure): void {
    const { log } = this.options;
    const asked = askedBy(delivery);
    const places = this.places.get(asked) ?? new Set<string>();
    this.places.set(asked, places.add(place));
    if (places.size < 2 || log.isDoubted(delivery) || tenure.begunAt > log.lastOwedAt(delivery)) return;
    throw new BrokenInvariant('3', `${asked} is sent twice, as ${[...places].join(' and ')}`);
  }
}

/** How a webhook is off, undefined for one that is on or not known. */
function offAs(known: WebhookRecord | undefined): 'deleted' | 'disabled' | undefined {
  if (known === undefined) return undefined;
  if (known.deleted) return 'deleted';
  return known.enabled ? undefined : 'disabled';
}
