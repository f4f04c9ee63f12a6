import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';

export interface DemoReceiverOptions {
  readonly port: number;
  /** The webhook's signing key as it is now; asked again when a signature is not right, for it may have been replaced. */
  readonly currentKey: () => Promise<string>;
  readonly onLine: (line: string) => void;
}

export interface DemoReceiver {
  readonly url: string;
  /** Deliveries whose signature was right. */
  readonly verified: number;
  stop(): Promise<void>;
}

/** As a customer's endpoint does it: checks the signature with the library for it, and says what it got in one line. */
export async function startDemoReceiver(options: DemoReceiverOptions): Promise<DemoReceiver> {
  let verified = 0;
  let key: string | undefined;
  const verify = (body: Buffer, headers: Record<string, string>): boolean => {
    if (key === undefined) return false;
    try {
      new Webhook(`whsec_${Buffer.from(key).toString('base64')}`).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  };
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const headers = request.headers as Record<string, string>;
    let isRight = verify(body, headers);
    if (!isRight) {
      key = await options.currentKey();
      isRight = verify(body, headers);
    }
    response.writeHead(isRight ? 204 : 401).end();
    if (isRight) verified++;
    const signature = isRight ? 'signature verified' : 'SIGNATURE WRONG';
    options.onLine(
      `received ${eventOf(body)}, ${signature}, ${body.length} bytes, webhook-id ${headers['webhook-id']}`,
    );
  };
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${options.port}/`,
    get verified() {
      return verified;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function eventOf(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString()) as { event?: unknown }).event);
  } catch {
    return 'something that is no JSON';
  }
}
