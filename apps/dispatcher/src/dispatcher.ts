import type { LogFollower } from '@signalbox/kafka';
import type { Logger, OpsListener, Registry, Tracing } from '@signalbox/observability';
import { announceReady, startOpsListener } from '@signalbox/observability';
import type { Role } from './role.ts';

export interface DispatcherParts {
  readonly roles: readonly Role[];
  /** Undefined where no role of this process needs to know the webhooks. */
  readonly webhookLog: LogFollower | undefined;
  /** Undefined where no role of this process needs to know what may be published. */
  readonly eventTypeLog: LogFollower | undefined;
  readonly ops: { readonly host: string; readonly port: number };
  readonly registry: Registry;
  readonly tracing: Tracing | undefined;
  readonly logger: Logger;
}

/** The process as a whole: its webhooks, its roles, its ops listener. */
export class Dispatcher {
  private opsListener: OpsListener | undefined;
  private areWebhooksKnown = false;

  constructor(private readonly parts: DispatcherParts) {}

  async start(): Promise<void> {
    const { roles, webhookLog, eventTypeLog, ops, registry, logger } = this.parts;
    const webhooks = {
      name: 'webhooks',
      reasonNotReady: () =>
        this.areWebhooksKnown ? null : 'the logs of webhooks and event types were not read to their ends yet',
    };
    const checks = [webhooks, ...roles.flatMap((role) => role.readiness)];
    this.opsListener = await startOpsListener({ ...ops, checks, registry, logger });
    // Invariant 7: nothing is routed or sent before the webhooks, and what may be published, are known.
    await Promise.all([webhookLog?.start(), eventTypeLog?.start()]);
    this.areWebhooksKnown = true;
    await Promise.all(roles.map(async (role) => role.start()));
    const grpcUrl = roles.find((role) => role.grpcUrl !== undefined)?.grpcUrl;
    announceReady(logger, { opsUrl: this.opsListener.url, ...(grpcUrl !== undefined && { grpcUrl }) });
  }

  /** Rejects with the first error of a role, when all else has stopped; what only reads Kafka is not waited for then. */
  async stop(): Promise<void> {
    const { roles, webhookLog, eventTypeLog, tracing } = this.parts;
    const stopping = roles.map(async (role) => role.stop());
    const stopped = await Promise.allSettled(stopping);
    const isClean = stopped.every(({ status }) => status === 'fulfilled');
    const unread = Promise.all([webhookLog?.stop(), eventTypeLog?.stop()]);
    if (isClean) await unread;
    else unread.catch(() => undefined);
    await tracing?.stop();
    await this.opsListener?.close();
    await Promise.all(stopping);
  }
}
