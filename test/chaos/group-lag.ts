import { groupNames, topicPrefixOf, type GroupNames, type TopicNames } from '@signalbox/contracts';
import type { Admin } from 'kafkajs';

export interface LogEnd {
  readonly topic: string;
  readonly partition: number;
  /** The next offset. */
  readonly offset: number;
}

/** Records of each group's topics that it has not committed; 0 of all of them means that all work known is done. */
export class GroupLag {
  readonly names: GroupNames;
  private readonly groups: readonly { readonly groupId: string; readonly topics: readonly string[] }[];

  constructor(
    private readonly admin: Admin,
    private readonly topics: TopicNames,
  ) {
    this.names = groupNames(topicPrefixOf(topics));
    const { router, sender, scheduler } = this.names;
    // In the order of the flow: what a group has committed is on the topics of the next ones.
    this.groups = [
      { groupId: router, topics: topics.authEvents },
      { groupId: scheduler, topics: topics.retries },
      { groupId: sender, topics: [topics.deliveries] },
    ];
  }

  async ends(topic: string): Promise<readonly LogEnd[]> {
    const partitions = await this.admin.fetchTopicOffsets(topic);
    return partitions.map(({ partition, high }) => ({ topic, partition, offset: Number(high) }));
  }

  /** Where `attempts` and `deliveries` end, once nothing is left to do for any role; undefined while something is. */
  async endsWhenIdle(): Promise<readonly LogEnd[] | undefined> {
    const before = await this.look();
    // Twice, since the sender gives to the scheduler and the scheduler to the sender.
    const after = before.lag === 0 ? await this.look() : before;
    if (after.lag > 0 || before.ends !== after.ends) return undefined;
    return (await Promise.all([this.topics.attempts, this.topics.deliveries].map((topic) => this.ends(topic)))).flat();
  }

  /** For people: the lag of each group. */
  async describe(): Promise<string> {
    return (await this.look()).text;
  }

  private async look(): Promise<{ readonly lag: number; readonly ends: string; readonly text: string }> {
    let total = 0;
    const seen: LogEnd[] = [];
    const texts: string[] = [];
    for (const { groupId, topics } of this.groups) {
      const ends = (await Promise.all(topics.map((topic) => this.ends(topic)))).flat();
      const committed = await this.admin.fetchOffsets({ groupId, topics: [...topics] });
      let lag = 0;
      for (const { topic, partition, offset } of ends) {
        const partitions = committed.find((candidate) => candidate.topic === topic)?.partitions ?? [];
        const done = Number(partitions.find((candidate) => candidate.partition === partition)?.offset ?? 0);
        lag += Math.max(0, offset - Math.max(0, done));
      }
      seen.push(...ends);
      total += lag;
      texts.push(`${groupId} ${lag}`);
    }
    return { lag: total, ends: JSON.stringify(seen), text: texts.join(', ') };
  }
}
