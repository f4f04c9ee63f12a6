import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.ts';

/**
 * Nest's own lines through our logger. Its start-up narration (every route, every module) goes to debug: what an operator
 * waits for is `service.ready`.
 */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'debug' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...parameters: unknown[]): void => {
      if (message instanceof Error) logger[level]({ err: message, ...fields(parameters) }, 'nest.reported');
      else logger[level]({ detail: message, ...fields(parameters) }, 'nest.reported');
    };
  return {
    log: write('debug'),
    debug: write('debug'),
    verbose: write('debug'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
  };
}

// Nest appends its context, and a stack before it on errors, as further parameters.
function fields(parameters: readonly unknown[]): Record<string, unknown> {
  const context = parameters.at(-1);
  const stack = parameters.length > 1 ? parameters[0] : undefined;
  return { ...(context === undefined ? {} : { context }), ...(stack === undefined ? {} : { stack }) };
}
