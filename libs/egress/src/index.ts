export * from './http-transport.port.ts';
export { SocketTransport, type SocketTransportOptions } from './http-transport.sockets.ts';
export { parseForwardProxy, type ForwardProxy } from './forward-proxy.ts';
export * from './name-resolver.port.ts';
export { CaresNameResolver, type NameResolverOptions } from './name-resolver.cares.ts';
