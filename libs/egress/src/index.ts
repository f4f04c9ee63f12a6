export * from './http-transport.port.ts';
export { UndiciTransport, type UndiciTransportOptions } from './http-transport.undici.ts';
export * from './name-resolver.port.ts';
export { CaresNameResolver, type NameResolverOptions } from './name-resolver.cares.ts';
