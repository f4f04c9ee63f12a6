import { createHash, randomBytes } from 'node:crypto';
import { topicSpecs } from '@signalbox/contracts';
import { ensureTopics } from '@signalbox/kafka';
import { createLogger } from '@signalbox/observability';
import { createDataSource, migrate, rowsOf } from '@signalbox/postgres';
import { AnswerCheck, startTestBackends } from '@signalbox/testing';
import type { TestBackends } from '@signalbox/testing';
import type { DataSource } from 'typeorm';
import type { Scope } from '../access/access.ts';
import { loadConfigServiceEnvironment } from '../config-service.environment.ts';
import { ConfigService } from '../config-service.ts';
import { databaseOptions } from '../database.ts';

export interface RunningOptions {
  readonly monitoringUrl?: string;
  readonly monitoringGrpcUrl?: string;
  readonly dispatcherGrpcUrl?: string;
  readonly consoleDir?: string;
  /** Further variables, or others than the usual. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface MadeWebhook {
  readonly id: string;
  readonly name: string;
  readonly signingKey: string;
  readonly events: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly executionStats?: { readonly successCount: number; readonly requestCount: number };
}

/** A whole config-service on a database and topics of its own, listening on free ports. */
export class RunningConfigService {
  readonly apiKey = `test-key-${randomBytes(12).toString('hex')}`;
  readonly identityKey = randomBytes(32).toString('base64');
  readonly keyring = `k1=${randomBytes(32).toString('base64')}`;
  readonly logLines: string[] = [];
  readonly backends: TestBackends;
  /** Of the test's own, to look into the tables. */
  readonly dataSource: DataSource;
  #service: ConfigService | undefined;
  #answerCheck: Promise<AnswerCheck> | undefined;

  private constructor(backends: TestBackends, dataSource: DataSource) {
    this.backends = backends;
    this.dataSource = dataSource;
  }

  static async start(options: RunningOptions = {}): Promise<RunningConfigService> {
    const backends = await startTestBackends();
    const dataSource = await createDataSource(databaseOptions(backends.databaseUrl)).initialize();
    await migrate(dataSource);
    const connection = { brokers: backends.kafkaBrokers.split(','), clientId: 'test' };
    await ensureTopics(connection, topicSpecs(backends.topics, backends.layout));
    const running = new RunningConfigService(backends, dataSource);
    await running.resume(options);
    return running;
  }

  environment(options: RunningOptions = {}): Record<string, string> {
    return {
      KAFKA_BROKERS: this.backends.kafkaBrokers,
      TOPIC_PREFIX: this.backends.topicPrefix,
      DATABASE_URL: this.backends.databaseUrl,
      BOOTSTRAP_API_KEY: this.apiKey,
      SECRETS_KEYRING: this.keyring,
      INTERNAL_IDENTITY_KEY: this.identityKey,
      MONITORING_URL: options.monitoringUrl ?? 'http://127.0.0.1:1',
      MONITORING_GRPC_URL: options.monitoringGrpcUrl ?? '127.0.0.1:1',
      DISPATCHER_GRPC_URL: options.dispatcherGrpcUrl ?? '127.0.0.1:1',
      EGRESS_ALLOW: '127.0.0.0/8+http',
      EGRESS_PORTS: '80-65535',
      LOG_LEVEL: 'debug',
      RATE_LIMIT_PER_SECOND: '0',
      AUTH_FAILURES_PER_MINUTE: '0',
      ...(options.consoleDir !== undefined && { CONSOLE_DIR: options.consoleDir }),
      ...options.env,
    };
  }

  /** Starts the service, for the first time or again after `pause`. */
  async resume(options: RunningOptions = {}): Promise<void> {
    const env = loadConfigServiceEnvironment(this.environment(options));
    const destination = { write: (line: string) => void this.logLines.push(line) };
    const logger = createLogger({ service: 'config-service', level: 'debug', destination });
    this.#service = await ConfigService.start(env, logger);
  }

  async pause(): Promise<void> {
    await this.#service?.stop();
    this.#service = undefined;
  }

  async stop(): Promise<void> {
    await this.pause();
    await this.dataSource.destroy();
    await this.backends.stop();
  }

  get httpUrl(): string {
    return this.#service?.addresses.httpUrl ?? '';
  }

  get grpcUrl(): string {
    return this.#service?.addresses.grpcUrl ?? '';
  }

  get opsUrl(): string {
    return this.#service?.addresses.opsUrl ?? '';
  }

  /** A raw call; the body is JSON where one is given, and the answer's is parsed where it is JSON. */
  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string>; key?: string | null } = {},
  ): Promise<Answer<Body>> {
    const { body, key = this.apiKey } = options;
    const response = await fetch(`${this.httpUrl}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    const parsed = isJson ? (JSON.parse(text) as unknown) : text;
    const answer = { status: response.status, headers: response.headers, body: parsed as Body };
    await this.#expectDocumented(method, path, answer);
    return answer;
  }

  /** Every answer that a test gets is compared with the OpenAPI document. */
  async answerCheck(): Promise<AnswerCheck> {
    this.#answerCheck ??= AnswerCheck.of(this.httpUrl, { isStandIn: true });
    return this.#answerCheck;
  }

  async #expectDocumented(method: string, path: string, { status, headers, body }: Answer): Promise<void> {
    if (!/^\/(api|console-config)/.test(path)) return;
    const check = await this.answerCheck();
    const faults = check.faultsOf({ method, path, status, header: (name) => headers.get(name), body });
    if (faults.length > 0) throw new Error(`the answer ${status} to ${method} ${path} ${faults.join('; ')}`);
  }

  /** Another API key, of any tenant and scopes; answers the key. */
  async makeKey(tenantId: string, scopes: readonly Scope[]): Promise<string> {
    const key = `made-key-${randomBytes(12).toString('hex')}`;
    const hash = createHash('sha256').update(key).digest();
    const id = randomBytes(6).toString('hex');
    await rowsOf(
      this.dataSource,
      `INSERT INTO api_key (id, tenant_id, name, prefix, hash, scopes, created_at_ms)
       VALUES ($1, $2, 'made for a test', 'made-key', $3, $4, $5)`,
      [id, tenantId, hash, scopes, Date.now()],
    );
    return key;
  }

  /** Makes a webhook and answers it. */
  async makeWebhook(input: Record<string, unknown> = {}, key: string = this.apiKey): Promise<MadeWebhook> {
    const body = { events: ['PostSignIn'], config: { url: 'http://127.0.0.1:8099/hook' }, ...input };
    const answer = await this.call<MadeWebhook>('POST', '/api/hooks', { body, key });
    if (answer.status !== 201) throw new Error(`the webhook was not made: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
