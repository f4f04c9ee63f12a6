/** Tokens of what every slice may ask for; provided by `MonitoringModule`. */
export const ENVIRONMENT = Symbol('Environment');
export const LOGGER = Symbol('Logger');
export const REGISTRY = Symbol('Registry');
/** Undefined where no traces are wanted. */
export const TRACING = Symbol('Tracing');
export const ON_FATAL = Symbol('OnFatal');

/** Ends the process with a failure, after the reason was logged. */
export type OnFatal = (error: Error) => void;
