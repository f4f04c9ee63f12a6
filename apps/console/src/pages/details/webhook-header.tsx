import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Tag } from '../../ui/tag.tsx';
import { BreakerTag } from '../../webhooks/breaker-tag.tsx';
import { HealthTag } from '../../webhooks/health-tag.tsx';
import { RequestsFigure } from '../../webhooks/requests-figure.tsx';
import { healthSummariesQuery, type Webhook } from '../../webhooks/webhook.queries.ts';
import { WebhookMenu } from './webhook-menu.tsx';

export function WebhookHeader({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const { webhooks, details } = useTexts();
  const mayWrite = useMay('webhooks:write');
  const mayReadDeliveries = useMay('deliveries:read');
  return (
    <header className="webhook-header">
      <div className="webhook-header__main">
        <h1>{webhook.name === '' ? webhooks.unnamed : webhook.name}</h1>
        <div className="row webhook-header__facts">
          <Tag tone={webhook.enabled ? 'good' : 'neutral'}>
            {webhook.enabled ? webhooks.enabled : webhooks.disabled}
          </Tag>
          <span className="webhook-header__id">
            <span className="soft">{details.id}</span>
            <code className="cut">{webhook.id}</code>
            <CopyButton text={webhook.id} label={details.id} />
          </span>
        </div>
      </div>
      {mayReadDeliveries && <Figures id={webhook.id} />}
      {mayWrite && <WebhookMenu webhook={webhook} />}
    </header>
  );
}

function Figures({ id }: { readonly id: string }): ReactNode {
  const { webhooks } = useTexts();
  const health = useQuery(healthSummariesQuery([id]));
  const summary = health.data?.get(id);
  return (
    <dl className="figures">
      <div>
        <dt>{webhooks.health}</dt>
        <dd>
          <HealthTag summary={summary} isLoading={health.isPending} />
        </dd>
      </div>
      <div>
        <dt>{webhooks.requests24}</dt>
        <dd>
          <RequestsFigure summary={summary} />
        </dd>
      </div>
      <div>
        <dt>{webhooks.breakerTitle}</dt>
        <dd>
          <BreakerTag breaker={summary?.breaker} />
        </dd>
      </div>
    </dl>
  );
}
