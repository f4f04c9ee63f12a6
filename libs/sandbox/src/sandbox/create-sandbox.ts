import { PRODUCTION_LAYOUT, topicNames, type TopicLayout } from '@signalbox/contracts';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockFolder } from '../folder/folder-lock.ts';
import { keptPorts, type WantedPort } from '../folder/kept-ports.ts';
import { leftRunInfo, removeRunInfo, writeRunInfo, type RunInfo } from '../folder/run-info.ts';
import { keptSecrets } from '../folder/secrets.ts';
import type { RunningKafka } from '../kafka/start-kafka.ts';
import { repositoryRoot } from '../paths.ts';
import type { RunningPostgres } from '../postgres/start-postgres.ts';
import type { ProcessExit } from '../process/guarded-process.ts';
import { endOrphan } from '../process/other-process.ts';
import { SandboxError } from '../sandbox-error.ts';
import { SupervisedService } from '../supervisor/supervised-service.ts';
import { prepareTopics } from '../topics/prepare-topics.ts';
import { startBackends, type Backends } from './backends.ts';
import { migrate } from './migrate.ts';
import type { SandboxOptions } from './sandbox-options.ts';
import {
  commonEnvironment,
  ownEnvironment,
  serviceEnvironment,
  type SandboxFacts,
  type ServicePorts,
} from './service-environment.ts';
import { appOf, isSender, SERVICES_BY_ROLE, type ServiceName } from './service-names.ts';

export interface Sandbox {
  readonly dir: string;
  /** As it is now: pids change when a service is started again. */
  readonly runInfo: RunInfo;
  /** Undefined where it is the operator's own. */
  readonly kafka: RunningKafka | undefined;
  readonly postgres: RunningPostgres | undefined;
  /** Names of the service processes, further instances included. */
  readonly serviceNames: readonly string[];
  /** Of a process that runs; undefined while it is down. */
  pidOf(service: string): number | undefined;
  /** How it ended when it was stopped last. */
  exitOf(service: string): ProcessExit | undefined;
  /** SIGTERM; it stays down until it is started. */
  stopService(service: string): Promise<void>;
  /** kill -9; it stays down until it is started. A pid killed from outside comes back by itself. */
  killService(service: string): Promise<void>;
  /** On the same ports; resolves when it is ready. */
  startService(service: string): Promise<void>;
  /** A clean stop and a start. */
  restartService(service: string): Promise<void>;
  /** Everything, services first. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Runs Kafka, Postgres and the services in `options.dir`, and resolves when all are ready and `run.json` is written.
 * Nothing of it outlives this process.
 * @throws SandboxError with what a person can do; everything that was started is stopped again then
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const dir = resolve(options.dir);
  const unlock = await lockFolder(dir, options.onLine ?? (() => undefined));
  const running = new RunningSandbox(dir, options, unlock);
  const onAbort = (): void => running.abort();
  options.signal?.addEventListener('abort', onAbort);
  try {
    await running.start();
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

interface Instance {
  readonly name: string;
  readonly service: ServiceName;
}

class RunningSandbox implements Sandbox {
  readonly dir: string;
  readonly #options: SandboxOptions;
  readonly #onLine: (line: string) => void;
  readonly #unlock: () => Promise<void>;
  readonly #services = new Map<string, SupervisedService>();
  readonly #ports = new Map<string, ServicePorts>();
  #backends: Backends | undefined;
  #facts: SandboxFacts | undefined;
  #isReady = false;
  #isWanted = true;
  #stopped: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(dir: string, options: SandboxOptions, unlock: () => Promise<void>) {
    this.dir = dir;
    this.#options = options;
    this.#onLine = options.onLine ?? (() => undefined);
    this.#unlock = unlock;
  }

  get kafka(): RunningKafka | undefined {
    return this.#backends?.kafka;
  }

  get postgres(): RunningPostgres | undefined {
    return this.#backends?.postgres;
  }

  get serviceNames(): readonly string[] {
    return [...this.#services.keys()];
  }

  get runInfo(): RunInfo {
    const facts = this.#known();
    const config = this.#services.get('config-service')?.ready;
    const monitoring = this.#services.get('monitoring')?.ready;
    const httpPort = this.#ports.get('config-service')?.http;
    const apiUrl = config?.httpUrl ?? (httpPort === undefined ? '' : `http://127.0.0.1:${httpPort}`);
    return {
      apiUrl,
      grpcUrl: config?.grpcUrl ?? '',
      monitoringUrl: monitoring?.httpUrl ?? '',
      consoleUrl: apiUrl === '' ? '' : `${apiUrl}/`,
      kafkaBrokers: facts.kafkaBrokers,
      databaseUrl: facts.databaseUrl,
      apiKey: facts.secrets.apiKey,
      topics: facts.topics,
      processes: [...this.#services.values()].flatMap((service) => {
        const opsUrl = service.ready?.opsUrl ?? service.ready?.httpUrl;
        return service.pid === undefined || opsUrl === undefined
          ? []
          : [{ name: service.name, pid: service.pid, opsUrl }];
      }),
    };
  }

  /** Makes a start that is under way end soon, with an error. */
  abort(): void {
    this.#isWanted = false;
    for (const service of this.#services.values()) void service.stop();
  }

  async start(): Promise<void> {
    const instances = this.#instances();
    this.#checkBuilt(instances);
    await this.#endOrphans();
    await removeRunInfo(this.dir);
    await this.#choosePorts(instances);
    const { kafkaBrokers, databaseUrl } = this.#options;
    const parts = [kafkaBrokers === undefined && 'Kafka', databaseUrl === undefined && 'Postgres'].filter(Boolean);
    if (parts.length > 0) this.#onLine(`starting ${parts.join(' and ')}`);
    const backends = await startBackends(this.dir, this.#options, (url) => this.#migrate(instances, url));
    this.#backends = backends;
    this.#facts = await this.#gatherFacts(instances, backends);
    this.#assertWanted();
    if (instances.length > 0) await this.#prepareTopics();
    this.#assertWanted();

    for (const instance of instances) this.#services.set(instance.name, this.#supervise(instance));
    if (instances.length > 0) this.#onLine(`starting ${instances.map(({ name }) => name).join(', ')}`);
    // config-service asks monitoring for figures from its first call on.
    const isFirst = (instance: Instance): boolean => instance.service !== 'config-service';
    for (const group of [instances.filter(isFirst), instances.filter((instance) => !isFirst(instance))]) {
      this.#assertWanted();
      await Promise.all(group.map(({ name }) => this.#service(name).start()));
    }
    this.#isReady = true;
    await this.#writeRunInfo();
  }

  pidOf(service: string): number | undefined {
    return this.#service(service).pid;
  }

  exitOf(service: string): ProcessExit | undefined {
    return this.#service(service).exit;
  }

  async stopService(service: string): Promise<void> {
    await this.#service(service).stop();
    await this.#writeRunInfo();
  }

  async killService(service: string): Promise<void> {
    await this.#service(service).kill();
    await this.#writeRunInfo();
  }

  async startService(service: string): Promise<void> {
    await this.#service(service).start();
    await this.#writeRunInfo();
  }

  async restartService(service: string): Promise<void> {
    await this.#service(service).stop();
    await this.startService(service);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#isReady = false;
    await this.#writing;
    await removeRunInfo(this.dir);
    await Promise.all([...this.#services.values()].map((service) => service.stop()));
    await this.#backends?.stop();
    await this.#unlock();
  }

  #instances(): readonly Instance[] {
    return (this.#options.services ?? SERVICES_BY_ROLE).flatMap((service) =>
      Array.from({ length: this.#options.instances?.[service] ?? 1 }, (_, index) => ({
        name: index === 0 ? service : `${service}-${index + 1}`,
        service,
      })),
    );
  }

  /** Services of a run that was killed may still hold the ports that a person asked for. */
  async #endOrphans(): Promise<void> {
    const mains = [...new Set(SERVICES_BY_ROLE.map((service) => this.#mainOf(service)))];
    for (const { name, pid } of (await leftRunInfo(this.dir))?.processes ?? []) {
      const outcomes = await Promise.all(mains.map((main) => endOrphan(pid, main, 'SIGTERM')));
      if (outcomes.includes('ended')) this.#onLine(`ended ${name} (pid ${pid}), left behind by an earlier run`);
    }
  }

  #checkBuilt(instances: readonly Instance[]): void {
    const missing = instances.map(({ service }) => this.#mainOf(service)).find((main) => !existsSync(main));
    if (missing === undefined) return;
    throw new SandboxError('sandbox.start_failed', `${missing} does not exist. Run \`npm run build\` first.`);
  }

  /** All are known before anything starts, and stay the same when a service is started again. */
  async #choosePorts(instances: readonly Instance[]): Promise<void> {
    const { ports = {} } = this.#options;
    const kinds = (service: ServiceName): readonly (keyof ServicePorts)[] =>
      appOf(service) !== 'dispatcher' ? ['ops', 'http', 'grpc'] : isSender(service) ? ['ops', 'grpc'] : ['ops'];
    const wanted = instances.flatMap(({ name, service }) =>
      kinds(service).map((kind): WantedPort => {
        const configured = name === 'config-service' && kind !== 'ops' ? ports[kind] : undefined;
        return { key: `${name}.${kind}`, ...(configured && { configured }) };
      }),
    );
    const chosen = await keptPorts(this.dir, wanted);
    for (const { name, service } of instances) {
      const entries = kinds(service).map((kind) => [kind, chosen.get(`${name}.${kind}`)]);
      this.#ports.set(name, Object.fromEntries(entries) as ServicePorts);
    }
  }

  async #gatherFacts(instances: readonly Instance[], backends: Backends): Promise<SandboxFacts> {
    const { topics = {}, env = {} } = this.#options;
    const kept = await keptSecrets(this.dir);
    const monitoring = this.#ports.get('monitoring');
    const sender = instances.find(({ service }) => isSender(service));
    return {
      kafkaBrokers: backends.kafkaBrokers,
      databaseUrl: backends.databaseUrl,
      secrets: {
        apiKey: env['BOOTSTRAP_API_KEY'] ?? kept.apiKey,
        keyring: env['SECRETS_KEYRING'] ?? kept.keyring,
        identityKey: env['INTERNAL_IDENTITY_KEY'] ?? kept.identityKey,
      },
      prefix: topics.prefix ?? 'signalbox.',
      topics: topicNames({
        prefix: topics.prefix ?? 'signalbox.',
        authEvents: topics.authEvents ?? ['auth-events'],
      }),
      layout: { ...this.#defaultLayout(backends), ...topics.layout },
      consoleDir: join(repositoryRoot(), 'apps', 'console', 'dist', 'site'),
      monitoring: { httpPort: monitoring?.http ?? 0, grpcPort: monitoring?.grpc ?? 0 },
      dispatcher: { grpcPort: this.#ports.get(sender?.name ?? '')?.grpc ?? 0 },
      config: { grpcPort: this.#ports.get('config-service')?.grpc ?? 0 },
    };
  }

  /** On the operator's own Kafka the same as `npm run topics` makes by default. */
  #defaultLayout({ kafka }: Backends): TopicLayout {
    if (!kafka) return PRODUCTION_LAYOUT;
    const isReplicated = kafka.nodes.length === 3;
    return {
      partitions: 12,
      retryPartitions: 3,
      replicationFactor: isReplicated ? 3 : 1,
      minInsyncReplicas: isReplicated ? 2 : 1,
    };
  }

  async #migrate(instances: readonly Instance[], databaseUrl: string): Promise<void> {
    const apps = new Set(instances.map(({ service }) => appOf(service)).filter((app) => app !== 'dispatcher'));
    const env = { ...ownEnvironment(this.#options.env ?? {}), DATABASE_URL: databaseUrl };
    await Promise.all([...apps].map((app) => migrate(app, this.#appsDir, this.#logFile(`${app}-migrate`), env)));
  }

  async #prepareTopics(): Promise<void> {
    const { env = {}, makeAuthEventTopics, kafkaBrokers } = this.#options;
    const facts = this.#known();
    this.#onLine('making and checking the topics');
    await prepareTopics({
      ...facts,
      env: commonEnvironment(facts, env),
      makeAuthEventTopics: makeAuthEventTopics ?? kafkaBrokers === undefined,
    });
  }

  #supervise({ name, service }: Instance): SupervisedService {
    const { env = {}, serviceEnv = {}, onFatal } = this.#options;
    const ports = this.#ports.get(name) ?? { ops: 0 };
    return new SupervisedService({
      spec: {
        name,
        main: this.#mainOf(service),
        env: { ...serviceEnvironment(service, ports, this.#known(), env), ...serviceEnv[service] },
      },
      logFile: this.#logFile(name),
      onLine: this.#onLine,
      onPidChange: () => void this.#writeRunInfo(),
      onGivenUp: (error) => onFatal?.(error),
    });
  }

  /** One after the other, so that an older state never lies over a newer one. */
  #writeRunInfo(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (!this.#isReady) return;
      try {
        await writeRunInfo(this.dir, this.runInfo);
      } catch (error) {
        // On a full disk the services go on, and the stop must still be one.
        this.#onLine(`run.json could not be written: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
    return this.#writing;
  }

  #service(name: string): SupervisedService {
    const service = this.#services.get(name);
    if (!service) throw new Error(`No service ${name} here; there are ${this.serviceNames.join(', ')}`);
    return service;
  }

  #known(): SandboxFacts {
    if (!this.#facts) throw new SandboxError('sandbox.stopped', 'The sandbox is not running');
    return this.#facts;
  }

  #assertWanted(): void {
    if (!this.#isWanted) throw new SandboxError('sandbox.stopped', 'The sandbox was stopped while it was starting');
  }

  get #appsDir(): string {
    return this.#options.appsDir ?? join(repositoryRoot(), 'apps');
  }

  #mainOf(service: ServiceName): string {
    return join(this.#appsDir, appOf(service), 'dist', 'main.js');
  }

  #logFile(name: string): string {
    return join(this.dir, 'logs', `${name}.log`);
  }
}
