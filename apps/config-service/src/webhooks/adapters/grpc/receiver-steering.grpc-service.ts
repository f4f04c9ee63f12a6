import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Logger } from '@signalbox/observability';
import { SignalboxError, invalidInput } from '../../../errors/signalbox-error.ts';
import type { DisableByReceiverUseCase, ReceiverVerdict } from '../../application/disable-by-receiver.ts';
import type { CallGuard } from './unary.ts';
import { unary } from './unary.ts';

export interface ReceiverSteeringOptions {
  readonly guard: CallGuard;
  readonly disabling: DisableByReceiverUseCase;
  readonly logger: Logger;
}

type DisableMessage = Partial<ReceiverVerdict>;

/** `signalbox.config.v1.ReceiverSteering`: what receivers ask for by their answers, told by the dispatcher. */
export function receiverSteeringGrpcService({
  guard,
  disabling,
  logger,
}: ReceiverSteeringOptions): UntypedServiceImplementation {
  return {
    disableByReceiver: unary(guard, logger, async (message: DisableMessage, caller) => {
      const verdict = verdictOf(message);
      if (verdict.tenantId !== caller.tenantId) {
        throw new SignalboxError('auth.forbidden', 'The internal identity is of another tenant than tenant_id');
      }
      const outcome = await disabling.disable(verdict);
      if (outcome.kind === 'conflict') throw new SignalboxError('entity.conflict', 'Others keep changing this webhook');
      if (outcome.kind === 'disabled') {
        const { tenantId, webhookId, deliveryId } = verdict;
        logger.info({ tenant_id: tenantId, webhook_id: webhookId, delivery_id: deliveryId }, 'webhook.disabled');
      }
      return { disabled: outcome.kind === 'disabled', version: outcome.version ?? 0 };
    }),
  };
}

function verdictOf(message: DisableMessage): ReceiverVerdict {
  const { tenantId = '', webhookId = '', epoch = 0, version = 0, deliveryId = '', reason = '' } = message;
  const missing = Object.entries({ tenantId, webhookId, deliveryId }).filter(([, text]) => text === '');
  const faults = missing.map(([field]) => ({ field, why: 'is missing' }));
  if (version < 1) faults.push({ field: 'version', why: 'is missing' });
  if (faults.length > 0) throw invalidInput(faults);
  return { tenantId, webhookId, epoch, version, deliveryId, reason };
}
