import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath } from '@signalbox/contracts';
import { HealthImplementation } from 'grpc-health-check';

export interface GrpcListenerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly service: UntypedServiceImplementation;
}

export interface GrpcListener {
  /** `host:port`. */
  readonly url: string;
  /** Lets calls under way end, for two seconds. */
  close(): Promise<void>;
}

const SERVICE = 'signalbox.config.v1.Webhooks';
/** As over REST. */
const MAX_MESSAGE_BYTES = 256 * 1024;
const CLOSE_MS = 2_000;

/** Serves `signalbox.config.v1` with the standard health service and reflection, which ask for no credential. */
export async function startGrpcListener(options: GrpcListenerOptions): Promise<GrpcListener> {
  const { host, port, service } = options;
  // `defaults` off: what was not sent must be told from what was sent as 0 or ''.
  const definition = loadSync(protoPath('config'), { keepCase: false, longs: Number, arrays: true, objects: true });
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
  server.addService(definition[SERVICE] as ServiceDefinition, service);
  const health = new HealthImplementation({ '': 'SERVING', [SERVICE]: 'SERVING' });
  health.addToServer(server);
  new ReflectionService(definition).addToServer(server);
  const bound = await new Promise<number>((resolve, reject) => {
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, taken) => {
      if (error === null) resolve(taken);
      else reject(error);
    });
  });
  return {
    url: host.includes(':') ? `[${host}]:${bound}` : `${host}:${bound}`,
    async close() {
      for (const name of ['', SERVICE]) health.setStatus(name, 'NOT_SERVING');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, CLOSE_MS);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
