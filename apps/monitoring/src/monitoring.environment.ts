import {
  databaseEnvironment,
  identityEnvironment,
  integerVariable,
  kafkaEnvironment,
  loggingEnvironment,
  portVariable,
  topicEnvironment,
  tracingEnvironment,
} from '@signalbox/config';
import { z } from 'zod';

/** How long the request log is kept. */
export const retentionEnvironment = z.object({
  LOG_RETENTION_DAYS: integerVariable({ min: 1, max: 365 }).default(7).describe('a whole number of days from 1 to 365'),
});

/** Of a command that holds the log against the read models. */
export const logCommandEnvironment = databaseEnvironment.extend({
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
  ...retentionEnvironment.shape,
});

/** What of the request log is shown where no time is asked for. */
const shownEnvironment = z.object({
  LOG_SHOWN_HOURS: integerVariable({ min: 1, max: 8_760 })
    .default(24)
    .describe('a whole number of hours from 1 to 8760'),
});

const listeningPort = portVariable().default(0).describe('a port from 0 (a free one) to 65535');

/** What monitoring reads of its environment. */
export const monitoringEnvironment = z.object({
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
  ...databaseEnvironment.shape,
  ...identityEnvironment.shape,
  ...loggingEnvironment.shape,
  ...tracingEnvironment.shape,
  ...retentionEnvironment.shape,
  ...shownEnvironment.shape,
  HTTP_HOST: z.string().default('127.0.0.1').describe('an address to listen on'),
  HTTP_PORT: listeningPort,
  GRPC_HOST: z.string().default('127.0.0.1').describe('an address to listen on'),
  GRPC_PORT: listeningPort,
});

export type MonitoringEnvironment = z.output<typeof monitoringEnvironment>;

const DAY_MS = 86_400_000;

export function retentionMsOf(env: { readonly LOG_RETENTION_DAYS: number }): number {
  return env.LOG_RETENTION_DAYS * DAY_MS;
}

const HOUR_MS = 3_600_000;

export function shownMsOf(env: { readonly LOG_SHOWN_HOURS: number }): number {
  return env.LOG_SHOWN_HOURS * HOUR_MS;
}

/** Begin of the first hour that is kept: the log is dropped by whole hours, once all of an hour is older. */
export function keptSinceMs(nowMs: number, retentionMs: number): number {
  return Math.floor((nowMs - retentionMs) / HOUR_MS) * HOUR_MS;
}
