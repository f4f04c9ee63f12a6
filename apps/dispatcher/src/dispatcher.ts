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
  /** After this long a stop is given up. Default 50,000. */
  readonly stopWithinMs?: number;
}

/**
 * The longest that an endpoint may take for its answer, and 20 s for Kafka. Without a bound a stop would last as long as one
 * partition has no leader: its group answers all the while, and what is appended waits for ever.
 */
const STOP_WITHIN_MS = 30_000 + 20_000;

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

  /**
   * Rejects with the first error of a role, when all else has stopped; what only reads Kafka is not waited for then.
   *
   * @throws Error after 50 s, whatever has not stopped: what was not settled is left to whoever comes next, as after a kill -9.
   */
  async stop(): Promise<void> {
    const { stopWithinMs = STOP_WITHIN_MS } = this.parts;
    const overdue = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const what = `the stop was given up after ${stopWithinMs / 1_000} s, as Kafka has not taken all that was begun`;
      overdue.reject(new Error(`${what}: what was not settled is left to the next start`));
    }, stopWithinMs);
    try {
      await Promise.race([this.stopParts(), overdue.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async stopParts(): Promise<void> {
    const { roles, webhookLog, eventTypeLog, tracing } = this.parts;
    const stopping = roles.map(async (role) => role.stop());
    // Together: while Kafka is away each of them takes its whole time. What the roles end now, they decide by what is known.
    const unread = Promise.all([webhookLog?.stop(), eventTypeLog?.stop()]);
    unread.catch(() => undefined);
    const stopped = await Promise.allSettled(stopping);
    const isClean = stopped.every(({ status }) => status === 'fulfilled');
    if (isClean) await unread;
    await tracing?.stop();
    await this.opsListener?.close();
    await Promise.all(stopping);
  }
}
