import type { EndpointUrl } from '@signalbox/domain';
import type { ConnectError } from './connect-error.ts';
import type { HttpConnection } from './http-connection.ts';

/** Wants a connection to an origin. */
export interface ConnectionSeeker {
  readonly endpoint: EndpointUrl;
  /** How much of its time is left. */
  readonly leftMs: number;
  /** What was opened for it, whether or not it got that one; set by who opens it. */
  opened: HttpConnection | undefined;
  onConnection(connection: HttpConnection): void;
  onNotConnected(error: ConnectError): void;
}
