import type { Tracing } from '@signalbox/observability';
import type { MaintenanceTimer } from './database/application/maintenance-timer.ts';
import type { DeadLetters } from './dead-letters/dead-letters.ts';
import type { StatsServer } from './health/adapters/grpc/stats.server.ts';
import type { Live } from './live/live.ts';
import type { Operations } from './operations/operations.ts';
import type { Projections } from './projections/projections.ts';
import type { Resends } from './resends/resends.ts';

export interface MonitoringParts {
  readonly projections: Projections;
  readonly resends: Resends;
  readonly statsServer: StatsServer;
  readonly maintenance: MaintenanceTimer;
  readonly deadLetters: DeadLetters;
  readonly operations: Operations;
  readonly live: Live;
  readonly tracing: Tracing | undefined;
}

/** What runs beside the HTTP listener. */
export class Monitoring {
  readonly #parts: MonitoringParts;

  constructor(parts: MonitoringParts) {
    this.#parts = parts;
  }

  /** Resolves when it answers and projects, with where gRPC listens, as `host:port`. */
  async start(): Promise<string> {
    await this.#parts.maintenance.start();
    const grpcUrl = await this.#parts.statsServer.start();
    const { projections, deadLetters, resends, operations } = this.#parts;
    await Promise.all([projections.start(), deadLetters.start(), resends.start()]);
    operations.start();
    return grpcUrl;
  }

  async stop(): Promise<void> {
    // First: who is ended soon is soon at another instance.
    await this.#parts.live.stop();
    await this.#parts.statsServer.stop();
    const { projections, deadLetters, resends, operations } = this.#parts;
    await Promise.all([projections.stop(), deadLetters.stop(), resends.stop(), operations.stop()]);
    await this.#parts.maintenance.stop();
    await this.#parts.tracing?.stop();
  }
}
