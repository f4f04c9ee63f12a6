import type { GroupNames, TopicNames } from '@signalbox/contracts';
import { RETRY_TIERS } from '@signalbox/contracts';
import type { GroupLagReader } from '@signalbox/kafka';
import type { RolePositions } from '../../application/role-positions.port.ts';
import type { LagRole, RolePosition } from '../../domain/lag-report.ts';

/** What is projected, by topic and partition; the truth is in the database, not in the group's offsets. */
export interface ProjectedPositions {
  read(): Promise<ReadonlyMap<string, number>>;
}

export interface RolePositionsOptions {
  readonly reader: GroupLagReader;
  readonly projected: ProjectedPositions;
  readonly topics: TopicNames;
  readonly groups: GroupNames;
}

export const positionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** {@link RolePositions} of the consumer groups, and of the database for what is projected. */
export class KafkaRolePositions implements RolePositions {
  readonly #options: RolePositionsOptions;
  readonly #roles: readonly { readonly role: LagRole; readonly groupId: string; readonly topics: readonly string[] }[];
  readonly #waitMs: ReadonlyMap<string, number>;
  /** As last read: while the database is away, what comes to the logs is lag all the same. */
  #projected: ReadonlyMap<string, number> = new Map();

  constructor(options: RolePositionsOptions) {
    this.#options = options;
    const { topics, groups } = options;
    this.#roles = [
      { role: 'router', groupId: groups.router, topics: topics.authEvents },
      { role: 'sender', groupId: groups.sender, topics: [topics.deliveries] },
      { role: 'scheduler', groupId: groups.scheduler, topics: topics.retries },
      { role: 'projector', groupId: groups.projector, topics: [topics.deliveries, topics.attempts] },
      { role: 'dead-letters', groupId: groups.deadLetters, topics: [topics.deadLetters] },
    ];
    this.#waitMs = new Map(topics.retries.map((topic, tier) => [topic, RETRY_TIERS[tier]?.delayMs ?? 0]));
  }

  async read(): Promise<readonly RolePosition[]> {
    const { reader, projected } = this.#options;
    // Before the ends: asked after them, the projector would seem to be ahead of its logs.
    this.#projected = await projected.read().catch(() => this.#projected);
    const positions = await reader.read(this.#roles);
    return positions.map(({ groupId, topic, partition, committed, logStart, logEnd }) => {
      const role = this.#roles.find((one) => one.groupId === groupId)?.role ?? 'router';
      const isProjected = role === 'projector' || role === 'dead-letters';
      return {
        role,
        group: groupId,
        topic,
        partition,
        committed: isProjected ? (this.#projected.get(positionKey(topic, partition)) ?? null) : committed,
        logStart,
        logEnd,
        waitMs: this.#waitMs.get(topic) ?? 0,
      };
    });
  }

  async stop(): Promise<void> {
    await this.#options.reader.stop();
  }
}
