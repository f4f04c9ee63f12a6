export interface KafkaNodeSettings {
  /** From 1. */
  readonly nodeId: number;
  readonly port: number;
  readonly controllerPorts: readonly number[];
  readonly dataDir: string;
  /** `KafkaOptions.settings`. */
  readonly more: Readonly<Record<string, string>>;
}

/** Settings that are lists, to which more is added. */
const LISTS = new Set(['listeners', 'advertised.listeners', 'listener.security.protocol.map']);

/** The text of `server.properties` for one combined broker and controller of a cluster on loopback. */
export function serverProperties(node: KafkaNodeSettings): string {
  const count = node.controllerPorts.length;
  const replication = Math.min(3, count);
  const minIsr = count === 1 ? 1 : 2;
  const voters = node.controllerPorts.map((port, index) => `${index + 1}@127.0.0.1:${port}`);
  const settings: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': node.nodeId,
    'controller.quorum.voters': voters.join(','),
    listeners: `BROKER://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPorts[node.nodeId - 1]}`,
    'advertised.listeners': `BROKER://127.0.0.1:${node.port}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': node.dataDir,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replication,
    'min.insync.replicas': minIsr,
    'offsets.topic.replication.factor': replication,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': minIsr,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replication,
    'share.coordinator.state.topic.min.isr': minIsr,
    'share.coordinator.state.topic.num.partitions': 2,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // A killed broker is taken out of the cluster after this; before that it is not let in again either.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'controlled.shutdown.max.retries': 1,
    'log.retention.check.interval.ms': 60_000,
    // Deleted topics of earlier tests give their space back soon.
    'file.delete.delay.ms': 1000,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
  };
  for (const [name, value] of Object.entries(node.more)) {
    settings[name] = LISTS.has(name) ? `${settings[name]},${value}` : value;
  }
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

/** Warnings and errors only, to standard output, from where they go to the node's log file. */
export const LOG4J_SETTINGS = `Configuration:
  status: error
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "%d %p %m (%c{1})%n%ex{5}"
  Loggers:
    Root:
      level: warn
      AppenderRef:
        - ref: STDOUT
`;
