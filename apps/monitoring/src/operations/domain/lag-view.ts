import type { LagReport, LagRole, PartitionLag } from './lag-report.ts';
import { LAG_ROLES } from './lag-report.ts';

/** The lag of one role, or of one of its topics: all records, and the worst partition's times. */
export interface SummedLag {
  readonly lagRecords: number;
  readonly lagMs: number;
  readonly stalledMs: number;
}

export function summedLag(partitions: readonly PartitionLag[]): SummedLag {
  return {
    lagRecords: partitions.reduce((sum, { lagRecords }) => sum + lagRecords, 0),
    lagMs: Math.max(0, ...partitions.map(({ lagMs }) => lagMs)),
    stalledMs: Math.max(0, ...partitions.map(({ stalledMs }) => stalledMs)),
  };
}

export function lagOf(report: LagReport, role: LagRole): readonly PartitionLag[] {
  return report.partitions.filter((partition) => partition.role === role);
}

/** The lag as the API shows it. */
export function lagView(report: LagReport) {
  return {
    at: report.atMs,
    projectionDelaySeconds: seconds(summedLag(lagOf(report, 'projector')).lagMs),
    roles: LAG_ROLES.flatMap((role) => {
      const partitions = lagOf(report, role);
      const [first] = partitions;
      if (first === undefined) return [];
      const { lagRecords, lagMs, stalledMs } = summedLag(partitions);
      return [{ role, group: first.group, lagRecords, lagSeconds: seconds(lagMs), stalledSeconds: seconds(stalledMs) }];
    }),
    partitions: report.partitions.map(({ role, group, topic, partition, committed, logEnd, lagRecords, lagMs }) => ({
      role,
      group,
      topic,
      partition,
      committed,
      logEnd,
      lagRecords,
      lagSeconds: seconds(lagMs),
    })),
  };
}

const seconds = (ms: number): number => ms / 1_000;
