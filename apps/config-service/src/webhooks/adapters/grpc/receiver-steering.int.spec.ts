import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IDENTITY_HEADER, identityKeyFrom, issueIdentity } from '@signalbox/identity';
import type { IdentityAudience } from '@signalbox/identity';
import { rowsOf } from '@signalbox/postgres';
import { GrpcCaller } from '../../../testing/grpc-caller.ts';
import type { Message, RpcOptions } from '../../../testing/grpc-caller.ts';
import type { MadeWebhook } from '../../../testing/running-config-service.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';

let service: RunningConfigService;
let caller: GrpcCaller;
beforeAll(async () => {
  service = await RunningConfigService.start();
  caller = new GrpcCaller(service.grpcUrl, 'signalbox.config.v1.ReceiverSteering');
});
afterAll(async () => {
  caller?.close();
  await service?.stop();
});

const verdict = (webhookId: string, more: Message = {}): Message => ({
  tenantId: 'default',
  webhookId,
  epoch: 1,
  version: 1,
  deliveryId: 'd-1',
  reason: 'The receiver answered 410 Gone',
  ...more,
});

async function identified(audience: IdentityAudience = 'config-service', tenantId = 'default'): Promise<RpcOptions> {
  const identity = { tenantId, actor: 'dispatcher', scopes: [] };
  const token = await issueIdentity(identityKeyFrom(service.identityKey), identity, audience);
  return { metadata: { [IDENTITY_HEADER]: token } };
}

const disable = async (message: Message): Promise<unknown> =>
  (await caller.call('disableByReceiver', message, await identified()))['disabled'] ?? false;
const read = async (id: string): Promise<MadeWebhook & { readonly disabledReason?: string }> =>
  (await service.call<MadeWebhook>('GET', `/api/hooks/${id}`)).body;
const change = async (id: string, body: object): Promise<unknown> =>
  service.call('PATCH', `/api/hooks/${id}`, { body });

describe('DisableByReceiver', () => {
  it('disables the webhook, tells its owner why, and journals it as done by the receiver; once', async () => {
    const { id } = await service.makeWebhook();
    expect(await disable(verdict(id))).toBe(true);
    expect(await read(id)).toMatchObject({
      enabled: false,
      disabledReason: 'The receiver answered 410 Gone (delivery d-1)',
    });
    // Who asks waits for that version: the state it knows may be older, and enabled.
    expect(await caller.call('disableByReceiver', verdict(id), await identified())).toMatchObject({ version: 2 });
    expect(await disable(verdict(id))).toBe(false);
    const journal = await rowsOf<{ type: string; actor: string }>(
      service.dataSource,
      'SELECT type, actor FROM webhook_event WHERE webhook_id = $1 ORDER BY version',
      [id],
    );
    expect(journal.slice(1)).toEqual([{ type: 'Disabled', actor: 'receiver' }]);
  });

  it('disables too when something else changed since', async () => {
    const { id } = await service.makeWebhook();
    await change(id, { name: 'renamed', events: ['User.Created'] });
    const answer = await caller.call('disableByReceiver', verdict(id), await identified());
    const [newest] = await rowsOf<{ version: number }>(
      service.dataSource,
      'SELECT max(version)::int AS version FROM webhook_event WHERE webhook_id = $1',
      [id],
    );
    expect(answer).toEqual({ disabled: true, version: newest?.version });
  });

  it('has no effect on a webhook that was pointed elsewhere, or disabled and enabled, since', async () => {
    const moved = await service.makeWebhook();
    await change(moved.id, { config: { url: 'http://127.0.0.1:8097/new' } });
    const mended = await service.makeWebhook();
    await change(mended.id, { enabled: false });
    await change(mended.id, { enabled: true });
    for (const { id } of [moved, mended]) {
      expect(await disable(verdict(id))).toBe(false);
      expect((await read(id)).enabled).toBe(true);
    }
    expect(await disable(verdict(moved.id, { version: 2 }))).toBe(true);
    expect(await disable(verdict(mended.id, { version: 3 }))).toBe(true);
  });

  it('has no effect for a state of another epoch, and none on what is deleted, unknown or another tenant’s', async () => {
    const { id } = await service.makeWebhook();
    expect(await disable(verdict(id, { epoch: 2 }))).toBe(false);
    const key = await service.makeKey('other', ['webhooks:read', 'webhooks:write']);
    const others = await service.makeWebhook({}, key);
    expect(await disable(verdict(others.id))).toBe(false);
    expect(await disable(verdict('0'.repeat(21)))).toBe(false);
    await service.call('DELETE', `/api/hooks/${id}`);
    expect(await disable(verdict(id))).toBe(false);
  });

  it('is done once however many ask at the same time, while its owner changes it', async () => {
    const { id } = await service.makeWebhook();
    const [renamed, ...done] = await Promise.all([
      change(id, { name: 'meanwhile' }),
      ...Array.from({ length: 4 }, async () => disable(verdict(id))),
    ]);
    expect(renamed).toMatchObject({ status: 200 });
    expect(done.filter((disabled) => disabled === true)).toHaveLength(1);
  });

  it('is for internal services alone', async () => {
    const { id } = await service.makeWebhook();
    const code = async (options: RpcOptions): Promise<unknown> =>
      (await caller.refusal('disableByReceiver', verdict(id), options)).code;
    expect(await code({ key: service.apiKey })).toBe('UNAUTHENTICATED');
    expect(await code(await identified('monitoring'))).toBe('UNAUTHENTICATED');
    expect(await code({ metadata: { [IDENTITY_HEADER]: 'nonsense' } })).toBe('UNAUTHENTICATED');
    expect(await code(await identified('config-service', 'other'))).toBe('PERMISSION_DENIED');
    const incomplete = await caller.refusal('disableByReceiver', { tenantId: 'default' }, await identified());
    expect(incomplete.violations.map(({ field }) => field)).toEqual(['webhook_id', 'delivery_id', 'version']);
    expect((await read(id)).enabled).toBe(true);
  });
});
