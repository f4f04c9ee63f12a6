import { KAFKA_VERSION } from '@signalbox/sandbox';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { yardstick } from './yardstick.ts';

/** Processes that wanted to run in the last minute, by Unix reckoning. */
export const currentLoad = (): number => loadavg()[0] ?? 0;

/** What figures have to be read with, a line each. */
export function machineLines(isOwnKafka: boolean, loadBeforeStart: number): readonly string[] {
  const { model } = cpus()[0] ?? { model: 'unknown processor' };
  const load = loadBeforeStart.toFixed(1);
  const { hmacUs, jsonUs } = yardstick();
  const kafka = isOwnKafka ? `Kafka ${KAFKA_VERSION}, one broker` : 'the Kafka of KAFKA_BROKERS';
  return [
    `machine   ${cpus().length} × ${model}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB, load ${load} before the start`,
    `software  Node ${process.version}, ${kafka}, ${type()} ${release()}`,
    `yardstick a HMAC-SHA256 of 1 KiB takes ${hmacUs.toFixed(1)} µs, a JSON.parse of 20 fields ${jsonUs.toFixed(1)} µs`,
  ];
}
