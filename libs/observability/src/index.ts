export * from './announce-ready.ts';
export * from './described-error.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './nest-logger.ts';
export * from './ops-listener.ts';
export * from './ops.module.ts';
export * from './readiness-check.ts';
