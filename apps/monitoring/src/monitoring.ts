import type { MaintenanceTimer } from './database/application/maintenance-timer.ts';
import type { DeadLetters } from './dead-letters/dead-letters.ts';
import type { StatsServer } from './health/adapters/grpc/stats.server.ts';
import type { Projections } from './projections/projections.ts';
import type { Resends } from './resends/resends.ts';

export interface MonitoringParts {
  readonly projections: Projections;
  readonly resends: Resends;
  readonly statsServer: StatsServer;
  readonly maintenance: MaintenanceTimer;
  readonly deadLetters: DeadLetters;
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
    const { projections, deadLetters, resends } = this.#parts;
    await Promise.all([projections.start(), deadLetters.start(), resends.start()]);
    return grpcUrl;
  }

  async stop(): Promise<void> {
    await this.#parts.statsServer.stop();
    const { projections, deadLetters, resends } = this.#parts;
    await Promise.all([projections.stop(), deadLetters.stop(), resends.stop()]);
    await this.#parts.maintenance.stop();
  }
}
