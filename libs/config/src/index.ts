export * from './environment-fields.ts';
export * from './invalid-environment.ts';
export * from './kafka.environment.ts';
export * from './load-environment.ts';
export * from './run-service.ts';
export * from './secret-variable.ts';
export * from './shared.environment.ts';
export * from './tracing.environment.ts';
