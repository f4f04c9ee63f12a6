import kafkajs from 'kafkajs';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readJson, writeJson } from '../folder/kept-file.ts';
import { freePorts, isPortFree } from '../process/free-ports.ts';
import { waitUntil } from '../process/wait-until.ts';
import { SandboxError } from '../sandbox-error.ts';
import { kafkaJars } from './kafka-jars.ts';
import { KafkaNode } from './kafka-node.ts';
import { endKafkaOrphans } from './kafka-orphans.ts';

export interface KafkaOptions {
  /** Holds data, settings and logs; what was stored is there at the next start. */
  readonly dir: string;
  /** Each is broker and controller in one; 1 by default. A folder keeps the count it was made with. */
  readonly brokers?: 1 | 3;
  /** Of the first broker; free ones are chosen by default and kept for the next start while nobody else takes them. */
  readonly port?: number;
  /** More of `server.properties`; of lists of listeners what is added to ours. Tests make a Kafka as managed ones are. */
  readonly settings?: Readonly<Record<string, string>>;
  /** More arguments of the formatting of the storage, such as SCRAM users. */
  readonly formatArguments?: readonly string[];
  /** Ends the fetching of the jars. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
  /** A broker ended by itself after it had been ready; `how` is for people. */
  readonly onUnexpectedEnd?: (node: RunningKafkaNode, how: string) => void;
}

export interface RunningKafkaNode {
  /** Of the Java process as it runs now. */
  readonly pid: number;
  readonly port: number;
  readonly isAlive: boolean;
  /** kill -9. Resolves when the process has ended. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** Again on the same port and data; resolves when the broker is back in the cluster. */
  start(): Promise<void>;
}

export interface RunningKafka {
  /** Comma list of all brokers. */
  readonly bootstrap: string;
  readonly nodes: readonly RunningKafkaNode[];
  stop(): Promise<void>;
}

interface Cluster {
  readonly clusterId: string;
  readonly ports: readonly number[];
  readonly controllerPorts: readonly number[];
}

/**
 * Runs a real Kafka (KRaft) on 127.0.0.1.
 * @throws SandboxError with what a person can do about it
 */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const onProgress = options.onProgress ?? (() => undefined);
  const dir = resolve(options.dir);
  const jars = await kafkaJars(onProgress, options.signal);
  await endKafkaOrphans(dir, onProgress);
  const cluster = await loadCluster(dir, options);
  let handles: readonly RunningKafkaNode[] = [];
  const nodes = cluster.ports.map((port, index) => {
    const nodeDir = join(dir, `node-${index + 1}`);
    const settings = {
      nodeId: index + 1,
      port,
      controllerPorts: cluster.controllerPorts,
      dataDir: join(nodeDir, 'data'),
      more: options.settings ?? {},
    };
    const onUnexpectedEnd = (how: string): void => {
      const handle = handles[index];
      if (handle) options.onUnexpectedEnd?.(handle, how);
    };
    const { formatArguments = [] } = options;
    const { clusterId } = cluster;
    return new KafkaNode({ dir: nodeDir, jars, clusterId, settings, formatArguments, onProgress, onUnexpectedEnd });
  });
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    await waitForBrokers(nodes, nodes);
  } catch (error) {
    await Promise.allSettled(nodes.map((node) => node.kill()));
    throw error;
  }
  handles = nodes.map((node) => handleOf(node, nodes));
  return {
    bootstrap: cluster.ports.map((port) => `127.0.0.1:${port}`).join(','),
    nodes: handles,
    stop,
  };
}

function handleOf(node: KafkaNode, nodes: readonly KafkaNode[]): RunningKafkaNode {
  return {
    get pid() {
      return node.pid;
    },
    get isAlive() {
      return node.isAlive();
    },
    port: node.port,
    kill: () => node.kill(),
    stop: () => node.stop(),
    async start() {
      await node.start();
      const alive = nodes.filter((other) => other.isAlive());
      // Without a majority the cluster cannot answer yet; whoever starts the missing ones waits for it.
      if (alive.length * 2 > nodes.length) await waitForBrokers([node], alive);
    },
  };
}

/** The identity of the cluster is kept; its ports are too, unless somebody else has taken one. */
async function loadCluster(dir: string, options: KafkaOptions): Promise<Cluster> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, 'cluster.json');
  const stored = await readJson<Cluster>(file);
  const count = stored?.ports.length ?? options.brokers ?? 1;
  if (options.brokers !== undefined && options.brokers !== count) {
    const message = `${dir} holds a Kafka of ${count} broker(s), not of ${options.brokers}. Reset it or use another folder.`;
    throw new SandboxError('sandbox.start_failed', message);
  }
  const fresh = await freePorts(count * 2);
  const kept = async (port: number | undefined, index: number): Promise<number> =>
    port !== undefined && (await isPortFree(port)) ? port : (fresh[index] ?? 0);
  const cluster: Cluster = {
    clusterId: stored?.clusterId ?? randomBytes(16).toString('base64url'),
    ports: await Promise.all(
      Array.from({ length: count }, async (_, index) =>
        index === 0 && options.port ? options.port : kept(stored?.ports[index], index),
      ),
    ),
    controllerPorts: await Promise.all(
      Array.from({ length: count }, (_, index) => kept(stored?.controllerPorts[index], count + index)),
    ),
  };
  await writeJson(file, cluster);
  return cluster;
}

/** Resolves when every one of `wanted` is registered, as `asked` see it. */
async function waitForBrokers(wanted: readonly KafkaNode[], asked: readonly KafkaNode[]): Promise<void> {
  const client = new kafkajs.Kafka({
    clientId: 'sandbox-probe',
    brokers: asked.map((node) => `127.0.0.1:${node.port}`),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { retries: 0 },
  });
  await waitUntil('Kafka to answer', 120_000, async () => {
    const dead = wanted.find((node) => !node.isAlive());
    if (dead) {
      const message = `Kafka ended while it was starting. Its log (${dead.logFile}) ends with:\n${await dead.lastWords()}`;
      throw new SandboxError('sandbox.start_failed', message);
    }
    // Asking a closed port through the client costs more than looking whether it is open.
    if (await isPortFree(wanted[0]?.port ?? 0)) return false;
    const admin = client.admin();
    try {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      return wanted.every((node) => brokers.some((broker) => broker.port === node.port));
    } catch {
      return false;
    } finally {
      await admin.disconnect();
    }
  });
}
