import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { clientSocket } from './client-socket.ts';

describe('a socket of a client', () => {
  it('gathers no listeners when it is let go again and again after its end', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = clientSocket({ host: '127.0.0.1', port, ssl: false as never, onConnect: () => {} });
    socket.on('error', () => {});
    socket.resume();
    await once(socket, 'close');
    const before = socket.listenerCount('connect');
    for (let again = 0; again < 20; again++) socket.unref();
    expect(socket.listenerCount('connect')).toBe(before);
    server.close();
  });
});
