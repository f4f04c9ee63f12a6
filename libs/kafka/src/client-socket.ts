import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_DELAY_MS = 60_000;

/**
 * As kafkajs makes its sockets when nobody else does. It calls `unref` with each `disconnect`, also of a socket that is
 * dead; Node then waits for a connection that never comes, with one listener more each time.
 */
export const clientSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const server = isIP(host) === 0 ? { servername: host } : {};
  const socket = ssl
    ? connectTls({ host, port, ...server, ...(ssl as object) }, onConnect)
    : connect({ host, port }, onConnect);
  return deafWhenDead(socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS));
};

function deafWhenDead<Kind extends Socket>(socket: Kind): Kind {
  const unref = socket.unref.bind(socket);
  socket.unref = () => (socket.destroyed ? socket : (unref(), socket));
  return socket;
}
