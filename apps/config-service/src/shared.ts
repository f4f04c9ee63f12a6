/** Tokens of what every slice may ask for; provided by the root of wiring. */
export const ENVIRONMENT = Symbol('ENVIRONMENT');
export const LOGGER = Symbol('LOGGER');
export const REGISTRY = Symbol('REGISTRY');
export const IDENTITY_KEY = Symbol('IDENTITY_KEY');
/** What must be there before the service can answer: a ReadinessCheck of the database. */
export const DATABASE_READINESS = Symbol('DATABASE_READINESS');
