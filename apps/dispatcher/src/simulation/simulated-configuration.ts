import type { WebhookRecord, WebhookState } from '@signalbox/contracts';
import type { DisableByReceiver, ReceiverDisabler } from '../sender/application/receiver-disabler.port.ts';
import { WebhookDirectory } from '../webhooks/domain/webhook-directory.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { RequestingProcess } from './simulated-brokers.ts';
import type { VirtualTime } from './virtual-time.ts';

/** config-service and its topic: changes webhooks, tells each process of it sooner or later, disables as asked. */
export class SimulatedConfiguration {
  /** All states of each webhook, the newest last. */
  readonly histories = new Map<string, WebhookRecord[]>();
  private readonly followers = new Set<{ readonly directory: WebhookDirectory; readonly process: RequestingProcess }>();
  /** The newest version of each webhook that an answered call named. */
  readonly answered = new Map<string, number>();
  /** config-service does not answer. */
  isAway = false;

  constructor(
    private readonly time: VirtualTime,
    private readonly random: SeededRandom,
  ) {}

  get webhookIds(): readonly string[] {
    return [...this.histories.keys()];
  }

  latest(webhookId: string): WebhookRecord | undefined {
    return this.histories.get(webhookId)?.at(-1);
  }

  /** What a process knows that starts now: all there is, as it reads the log to its end first. */
  directoryOf(process: RequestingProcess): WebhookDirectory {
    const directory = new WebhookDirectory();
    for (const webhookId of this.webhookIds) {
      const record = this.latest(webhookId);
      if (record !== undefined) directory.apply(record);
    }
    this.followers.add({ directory, process });
    return directory;
  }

  put(record: WebhookRecord): void {
    const history = this.histories.get(record.id) ?? [];
    this.histories.set(record.id, [...history, record]);
    for (const { directory, process } of this.followers) {
      const delayMs = this.random.chance(0.1) ? this.random.between(3_000, 9_000) : this.random.between(0, 200);
      this.time.after(delayMs, () => process.whenAwake(() => directory.apply(record)));
    }
  }

  /** An owner changes something. */
  change(webhookId: string): void {
    const state = this.latest(webhookId);
    if (state === undefined || state.deleted) return;
    const next = { ...state, version: state.version + 1 };
    const what = this.random.between(0, 9);
    if (what < 4) this.put({ ...next, name: `${state.version}` });
    else if (what < 6) this.put({ ...next, url: `https://${webhookId}-${next.version}.example/` });
    else if (what < 9) this.put({ ...next, enabled: !state.enabled });
    else this.delete(next);
  }

  /** config-service as one process reaches it. */
  disablerOf(process: RequestingProcess): ReceiverDisabler {
    return {
      disableByReceiver: async (call) => {
        const answer = this.disableByReceiver(call);
        await answer.catch(() => {});
        await new Promise<void>((resolve) => process.whenAwake(resolve));
        return answer;
      },
    };
  }

  private async disableByReceiver({ webhookId, version }: DisableByReceiver): Promise<number | undefined> {
    await this.time.pass(this.random.between(1, 500));
    if (this.isAway || this.random.chance(0.3)) throw new Error('config-service does not answer');
    this.answered.set(webhookId, Math.max(version, this.answered.get(webhookId) ?? 0));
    const history = this.histories.get(webhookId) ?? [];
    const latest = history.at(-1);
    const sentWith = history.find((record) => record.version === version);
    if (latest === undefined || latest.deleted || sentWith === undefined || sentWith.deleted) return undefined;
    const since = history.slice(history.indexOf(sentWith));
    const isUnchanged = since.every((record) => !record.deleted && record.url === sentWith.url && record.enabled);
    if (!isUnchanged) return latest.version;
    this.put({ ...latest, version: latest.version + 1, enabled: false });
    return latest.version + 1;
  }

  private delete({ id, tenantId, epoch, version }: WebhookState): void {
    this.put({ deleted: true, id, tenantId, epoch, version, deletedAtMs: this.time.nowMs });
  }
}
