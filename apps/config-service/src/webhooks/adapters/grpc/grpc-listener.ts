import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath } from '@signalbox/contracts';
import { HealthImplementation } from 'grpc-health-check';
import { reflectedDefinition } from './reflected-definition.ts';

/** Services of the package signalbox.config.v1, by their names there. */
export type GrpcServices = Readonly<Record<'Webhooks' | 'ReceiverSteering', UntypedServiceImplementation>>;

export interface GrpcListenerOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** `stopping` aborts when the listener closes: calls that would never end by themselves end then. */
  readonly services: (stopping: AbortSignal) => GrpcServices;
}

export interface GrpcListener {
  /** `host:port`. */
  readonly url: string;
  /** Lets calls under way end, for two seconds. */
  close(): Promise<void>;
}

const PACKAGE = 'signalbox.config.v1';
/** As over REST. */
const MAX_MESSAGE_BYTES = 256 * 1024;
const CLOSE_MS = 2_000;

/** Serves `signalbox.config.v1` with the standard health service and reflection, which ask for no credential. */
export async function startGrpcListener(options: GrpcListenerOptions): Promise<GrpcListener> {
  const { host, port } = options;
  const stopping = new AbortController();
  const services = options.services(stopping.signal);
  // `defaults` off: what was not sent must be told from what was sent as 0 or ''.
  const definition = loadSync(protoPath('config'), {
    keepCase: false,
    longs: Number,
    arrays: true,
    objects: true,
  });
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
  const names = Object.keys(services).map((name) => `${PACKAGE}.${name}`);
  for (const [name, implementation] of Object.entries(services)) {
    server.addService(definition[`${PACKAGE}.${name}`] as ServiceDefinition, implementation);
  }
  const health = new HealthImplementation({
    '': 'SERVING',
    ...Object.fromEntries(names.map((name) => [name, 'SERVING' as const])),
  });
  health.addToServer(server);
  new ReflectionService(reflectedDefinition()).addToServer(server);
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
      for (const name of ['', ...names]) health.setStatus(name, 'NOT_SERVING');
      stopping.abort();
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
