import { groupNames } from '@signalbox/contracts';
import { Kafka, logLevel, type Admin, type SASLOptions } from 'kafkajs';
import { readMetrics } from '../measure/metrics.ts';
import type { System } from './system.ts';

/** Looks whether the services have done all there is, offsets committed and facts projected. */
export class CaughtUp implements AsyncDisposable {
  readonly #system: System;
  readonly #admin: Admin;

  private constructor(system: System, admin: Admin) {
    this.#system = system;
    this.#admin = admin;
  }

  static async connect(system: System): Promise<CaughtUp> {
    const { brokers, sasl, tls } = system.connection;
    const kafka = new Kafka({
      clientId: 'signalbox-bench-lag',
      brokers: [...brokers],
      logLevel: logLevel.NOTHING,
      ...(sasl && { sasl: sasl as SASLOptions }),
      ...(tls && { ssl: tls }),
    });
    const admin = kafka.admin();
    await admin.connect();
    return new CaughtUp(system, admin);
  }

  /** Records that router and sender have not committed. */
  async uncommitted(): Promise<number> {
    const { topics, prefix } = this.#system;
    const { router } = groupNames(prefix);
    const lags = await Promise.all([...topics.authEvents.map((topic) => this.#lag(router, topic)), this.unsent()]);
    return lags.reduce((sum, lag) => sum + lag, 0);
  }

  /** Records that the senders have not committed. */
  unsent(): Promise<number> {
    const { topics, prefix } = this.#system;
    return this.#lag(groupNames(prefix).sender, topics.deliveries);
  }

  /** Senders that know what they hold; 0 while they settle that among themselves. */
  async senders(): Promise<number> {
    const [group] = (await this.#admin.describeGroups([groupNames(this.#system.prefix).sender])).groups;
    return group?.state === 'Stable' ? group.members.length : 0;
  }

  get hasMonitoring(): boolean {
    return this.#system.opsUrls().has('monitoring');
  }

  /** Records that monitoring has not projected. */
  async unprojected(): Promise<number> {
    const opsUrl = this.#system.opsUrls().get('monitoring') ?? '';
    return (await readMetrics(opsUrl)).get('signalbox_monitoring_projection_lag_records') ?? 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#admin.disconnect();
  }

  async #lag(groupId: string, topic: string): Promise<number> {
    const [ends, [committed]] = await Promise.all([
      this.#admin.fetchTopicOffsets(topic),
      this.#admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    return ends.reduce((sum, end) => {
      const at = committed?.partitions.find(({ partition }) => partition === end.partition)?.offset ?? '0';
      return sum + Number(end.high) - Math.max(0, Number(at));
    }, 0);
  }
}
