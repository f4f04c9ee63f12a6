import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_DELAY_MS = 60_000;

/** As kafkajs makes its sockets when nobody else does. */
const ordinarySocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const server = isIP(host) === 0 ? { servername: host } : {};
  const socket = ssl
    ? connectTls({ host, port, ...server, ...(ssl as object) }, onConnect)
    : connect({ host, port }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
};

const abandoned = (): Error => new Error('the connection was abandoned');

/** Sockets that can be dropped all at once; kafkajs's own `disconnect` waits for answers, which may never come. */
export function abandonableSockets(make: ISocketFactory = ordinarySocket): {
  readonly factory: ISocketFactory;
  readonly abandon: () => void;
} {
  const open = new Set<Socket>();
  let isAbandoned = false;
  return {
    factory: (args) => {
      if (isAbandoned) throw abandoned();
      const socket = make(args);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    abandon: () => {
      isAbandoned = true;
      // With an error: without one kafkajs would wait for answers until its requests time out.
      for (const socket of open) socket.destroy(abandoned());
    },
  };
}
