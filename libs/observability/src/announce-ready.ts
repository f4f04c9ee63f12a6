import type { Logger } from './logger.ts';

export interface ReadyAddresses {
  readonly opsUrl?: string;
  readonly httpUrl?: string;
  /** `host:port`, as gRPC clients take it. */
  readonly grpcUrl?: string;
}

/**
 * Writes the line `service.ready` with the addresses a service listens on. Whoever starts services waits for it to learn
 * the ports, so it is written at any log level.
 */
export function announceReady(logger: Logger, addresses: ReadyAddresses): void {
  const { opsUrl, httpUrl, grpcUrl } = addresses;
  logger.child({}, { level: 'info' }).info(
    {
      ...(opsUrl === undefined ? {} : { ops_url: opsUrl }),
      ...(httpUrl === undefined ? {} : { http_url: httpUrl }),
      ...(grpcUrl === undefined ? {} : { grpc_url: grpcUrl }),
    },
    'service.ready',
  );
}
