/** Tokens of what every slice may ask for; provided by `MonitoringModule`. */
export const ENVIRONMENT = Symbol('Environment');
export const LOGGER = Symbol('Logger');
export const REGISTRY = Symbol('Registry');
/** Undefined where no traces are wanted. */
export const TRACING = Symbol('Tracing');
