import { anEvent, ReceiverServer, waitFor } from '@signalbox/testing';
import { ApiClient, type Webhook } from '../../support/api-client.ts';
import { untilApplied } from '../../support/applied-configuration.ts';
import { Publisher } from '../../support/publisher.ts';
import { consoleTestSystem } from './console-test-system.ts';
import { DEMO_EVENTS } from './demo-data.ts';

/** As `GET …/deliveries` tells it, as far as tests look at it. */
export interface DeliveryRow {
  readonly id: string;
  readonly event: string;
  readonly state: string;
  readonly attempts: number;
}

export interface SceneOptions {
  readonly events: readonly string[];
  /** Beside the address: the webhook's headers and its policy. */
  readonly config?: object;
  /** Nothing listens at its address. */
  readonly isAway?: boolean;
}

/**
 * A webhook of its own with an endpoint of its own, in effect, and a publisher for it. Every webhook of the tenant is sent
 * what it listens to: each spec file has events that no other one publishes.
 */
export class DeliveryScene implements AsyncDisposable {
  private constructor(
    readonly api: ApiClient,
    readonly webhook: Webhook,
    readonly receiver: ReceiverServer,
    private readonly publisher: Publisher,
  ) {}

  static async set(name: string, { events, config = {}, isAway = false }: SceneOptions): Promise<DeliveryScene> {
    const published = events.filter((event) => DEMO_EVENTS.includes(event));
    if (published.length > 0) throw new Error(`another spec publishes ${published.join(', ')}`);
    const { run } = consoleTestSystem();
    const api = new ApiClient(run);
    const receiver = await ReceiverServer.start();
    const { url } = receiver;
    if (isAway) await receiver.close();
    const webhook = await api.createWebhook({ name, events, config: { url, ...config } });
    await untilApplied(run, [webhook.id]);
    return new DeliveryScene(api, webhook, receiver, await Publisher.connect(run));
  }

  /** One event of each name, with the members of `more`; its event id is `<webhook id>-<number>` from 1. */
  async publish(names: readonly string[], more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    names.forEach((name, index) =>
      this.publisher.send(anEvent(name, more), { 'event-id': `${this.webhook.id}-${index + 1}` }),
    );
    await this.publisher.flush();
  }

  async publishText(text: string, headers: Record<string, string> = {}): Promise<void> {
    await this.publisher.publish(text, headers);
  }

  async rows(): Promise<readonly DeliveryRow[]> {
    const path = `/api/hooks/${this.webhook.id}/deliveries?limit=100`;
    return (await this.api.call<{ readonly data: readonly DeliveryRow[] }>('GET', path, 200)).data;
  }

  /** Waits until the log has `count` deliveries in `state`. */
  async untilLogged(count: number, state: string): Promise<readonly DeliveryRow[]> {
    return waitFor(
      async () => {
        const rows = (await this.rows()).filter((row) => row.state === state);
        return rows.length >= count ? rows : undefined;
      },
      { what: `${count} deliveries that are ${state}`, timeoutMs: 20_000, everyMs: 100 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api.deleteWebhook(this.webhook.id);
    await this.publisher[Symbol.asyncDispose]();
    await this.receiver.close();
  }
}
