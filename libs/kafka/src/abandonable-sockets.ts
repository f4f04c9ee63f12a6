import type { Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import { clientSocket } from './client-socket.ts';

const abandoned = (): Error => new Error('the connection was abandoned');

/** Sockets that can be dropped all at once; kafkajs's own `disconnect` waits for answers, which may never come. */
export function abandonableSockets(make: ISocketFactory = clientSocket): {
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
