import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { connect } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { protoPath } from '@signalbox/contracts';
import { createLogger } from '@signalbox/observability';
import { SecretBox, parseKeyring } from '@signalbox/secrets';
import { waitFor } from '@signalbox/testing';
import { SignalboxError } from '../../../errors/signalbox-error.ts';
import { GrpcCaller, refusalOf } from '../../../testing/grpc-caller.ts';
import type { RpcRefusal } from '../../../testing/grpc-caller.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import { SecretVault } from '../../application/secret-vault.ts';
import type { FeedEvent } from '../../application/webhook-feed.ts';
import { watchWebhooks } from './watch-webhooks.ts';
import type { WatchOptions } from './watch-webhooks.ts';

interface Told {
  readonly at?: { readonly epoch?: number; readonly position?: number };
  readonly snapshot?: { readonly webhooks?: readonly { readonly id: string }[]; readonly isLast?: boolean };
  readonly changed?: { readonly id: string; readonly name: string; readonly version: number };
  readonly deleted?: { readonly id: string; readonly version: number };
}

/** What a watch has told so far, and how it ended. */
class Watch {
  readonly told: Told[] = [];
  refusal: RpcRefusal | undefined;
  readonly stream: ReturnType<GrpcCaller['stream']>;

  constructor(caller: GrpcCaller, from?: Told['at']) {
    this.stream = caller.stream('watchWebhooks', from === undefined ? {} : { from });
    this.stream.on('data', (message: Told) => this.told.push(message));
    this.stream.on('error', (error: ServiceError) => (this.refusal = refusalOf(error)));
  }

  async toldOf(count: number): Promise<readonly Told[]> {
    await waitFor(() => this.told.length >= count, { what: `${count} messages of the watch` });
    return this.told;
  }

  async ended(): Promise<RpcRefusal | undefined> {
    await waitFor(() => this.refusal !== undefined, { what: 'the end of the watch' });
    return this.refusal;
  }
}

const SERVICE = 'signalbox.config.v1.Webhooks';

describe('WatchWebhooks', () => {
  let service: RunningConfigService;
  const callers: GrpcCaller[] = [];
  const callerOf = (key: string): GrpcCaller => {
    const caller = new GrpcCaller(service.grpcUrl, SERVICE, { key });
    callers.push(caller);
    return caller;
  };
  beforeAll(async () => {
    service = await RunningConfigService.start();
  });
  afterAll(async () => {
    for (const caller of callers) caller.close();
    await service?.stop();
  });

  it('tells what is there, then each change in order, to the tenant it is of', async () => {
    const key = await service.makeKey('watched', ['webhooks:read', 'webhooks:write']);
    const before = await service.makeWebhook({ name: 'before' }, key);
    await service.makeWebhook({ name: 'of another tenant' });
    const caller = callerOf(key);
    await waitFor(
      async () => {
        const watch = new Watch(caller);
        const [first] = await watch.toldOf(1);
        watch.stream.cancel();
        return first?.snapshot?.webhooks?.length === 1;
      },
      { what: 'the webhook to be published' },
    );
    const watch = new Watch(caller);
    const [snapshot] = await watch.toldOf(1);
    expect(snapshot).toMatchObject({
      snapshot: {
        webhooks: [{ id: before.id, signingKey: before.signingKey, version: 1 }],
        isFirst: true,
        isLast: true,
      },
    });
    const { id } = await service.makeWebhook({ name: 'new' }, key);
    await service.makeWebhook({ name: 'of another tenant, too' });
    await service.call('PATCH', `/api/hooks/${id}`, { body: { name: 'renamed' }, key });
    await service.call('DELETE', `/api/hooks/${id}`, { key });
    const [, ...changes] = await watch.toldOf(4);
    expect(changes).toMatchObject([
      { changed: { id, name: 'new', version: 1 } },
      { changed: { id, name: 'renamed', version: 2 } },
      { deleted: { id, version: 3 } },
    ]);

    const resumed = new Watch(caller, changes[0]?.at);
    expect(await resumed.toldOf(2)).toEqual(changes.slice(1));
    const older = new Watch(caller, { epoch: 0, position: 1 });
    expect((await older.toldOf(1))[0]).toMatchObject({ snapshot: { webhooks: [{ id: before.id }], isLast: true } });
    for (const { stream } of [watch, resumed, older]) stream.cancel();
  });

  it('is for those who may read, ten at a time', async () => {
    const writer = new Watch(callerOf(await service.makeKey('some', ['webhooks:write'])));
    expect(await writer.ended()).toMatchObject({ code: 'PERMISSION_DENIED', errorCode: 'auth.forbidden' });
    const caller = callerOf(await service.makeKey('many', ['webhooks:read']));
    const watches = Array.from({ length: 10 }, () => new Watch(caller));
    for (const watch of watches) await watch.toldOf(1);
    expect(await new Watch(caller).ended()).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    watches[0]?.stream.cancel();
    await waitFor(
      async () => {
        const next = new Watch(caller);
        await waitFor(() => next.told.length > 0 || next.refusal !== undefined, { what: 'an answer' });
        next.stream.cancel();
        return next.told.length > 0;
      },
      { what: 'a place to be free again' },
    );
    for (const { stream } of watches) stream.cancel();
  });

  it('ends when the service stops, at once and saying so', async () => {
    const watch = new Watch(callerOf(service.apiKey));
    await watch.toldOf(1);
    const startedAt = performance.now();
    await service.pause();
    expect(await watch.ended()).toMatchObject({ code: 'UNAVAILABLE', errorCode: 'service.unavailable' });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});

describe('a watch', () => {
  /** Serves a watch of a feed that the test makes. */
  async function serve(options: Partial<WatchOptions>): Promise<{ url: string; caller: GrpcCaller; stop: () => void }> {
    const definition = loadSync(protoPath('config'), { longs: Number, arrays: true })[SERVICE] as ServiceDefinition;
    const server = new Server();
    server.addService(definition, {
      watchWebhooks: watchWebhooks({
        guard: async () => ({ tenantId: 'default', actor: 'test', scopes: [] }),
        feed: { watch: endless },
        vault: new SecretVault(new SecretBox(parseKeyring(`k1=${Buffer.alloc(32, 1).toString('base64')}`))),
        stopping: new AbortController().signal,
        logger: createLogger({ service: 'test', level: 'silent' }),
        ...options,
      }),
    });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const url = `127.0.0.1:${port}`;
    const caller = new GrpcCaller(url, SERVICE);
    return {
      url,
      caller,
      stop: () => {
        caller.close();
        server.forceShutdown();
      },
    };
  }

  let told = 0;
  async function* endless({ signal }: { readonly signal: AbortSignal }): AsyncGenerator<FeedEvent, void, undefined> {
    while (!signal.aborted) {
      told++;
      yield {
        kind: 'deleted',
        at: { epoch: 1, position: told },
        id: 'x'.repeat(10_000),
        tenantId: 'default',
        version: 1,
      };
    }
  }

  it('holds little for a reader that takes nothing, and gives it up', async () => {
    told = 0;
    const { url, stop } = await serve({ slowMs: 300 });
    // By hand: the library's own client reads ahead whatever its user does.
    const session = connect(`http://${url}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${SERVICE}/WatchWebhooks`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const ended = new Promise<unknown>((resolve) =>
      stream.on('trailers', (trailers: IncomingHttpHeaders) => resolve(trailers['grpc-status'])),
    );
    stream.end(Buffer.alloc(5));
    await waitFor(
      async () => {
        const before = told;
        await delay(600);
        return told > 0 && told === before;
      },
      { what: 'the feed to be read no further' },
    );
    expect(told).toBeLessThan(100);
    stream.resume();
    expect(await ended).toBe(String(status.RESOURCE_EXHAUSTED));
    session.close();
    stop();
  });

  it('ends when its credential is good no more', async () => {
    let isRevoked = false;
    const { caller, stop } = await serve({
      feed: {
        async *watch({ signal }): AsyncGenerator<FeedEvent, void, undefined> {
          yield { kind: 'snapshot', at: { epoch: 1, position: 0 }, webhooks: [] };
          await delay(60_000, undefined, { signal }).catch(() => undefined);
        },
      },
      guard: async () => {
        if (isRevoked) throw new SignalboxError('auth.unauthorized', 'A valid credential is needed');
        return { tenantId: 'default', actor: 'test', scopes: [] };
      },
      guardEveryMs: 20,
    });
    const watch = new Watch(caller);
    await watch.toldOf(1);
    isRevoked = true;
    expect(await watch.ended()).toMatchObject({ code: 'UNAUTHENTICATED' });
    stop();
  });
});
