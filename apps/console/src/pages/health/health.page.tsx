import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { HeartPulse } from 'lucide-react';
import type { ReactNode } from 'react';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { Select } from '../../ui/choice.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Time } from '../../ui/time.tsx';
import { useDetailsTitle } from '../details/details-title.ts';
import { useSettingsDraft } from '../settings/settings-draft.ts';
import { BreakerCard } from './breaker-card.tsx';
import { ErrorClasses } from './error-classes.tsx';
import { HealthCharts } from './health-charts.tsx';
import { RANGES } from './health-search.ts';
import { HealthSummary } from './health-summary.tsx';
import { healthQuery } from './health.query.ts';
import './health.css';

const route = getRouteApi('/webhooks/$id/health');

/** How a webhook has been doing in the last 24 hours. */
export function HealthPage(): ReactNode {
  return (
    <ScopeGate scope="deliveries:read">
      <Health />
    </ScopeGate>
  );
}

function Health(): ReactNode {
  const { health: texts } = useTexts();
  const { id } = route.useParams();
  useDetailsTitle(texts.tab, useSettingsDraft().base.value.name);
  const { range = '24h' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(healthQuery(id));
  return (
    <Loaded query={query} skeleton={<Skeleton lines={8} />}>
      {(health) => (
        <div className="stack">
          <div className="row">
            <Select
              label={texts.range}
              isLabelHidden
              value={range}
              options={RANGES.map((value) => ({ value, label: texts.ranges[value] }))}
              onChange={(value) => void navigate({ search: { range: value }, replace: true })}
            />
            <span className="soft small push">
              {texts.asOf} <Time atMs={health.to} format="clock" />
            </span>
          </div>
          {health.requests === 0 && health.open === 0 ? (
            <Card>
              <EmptyState icon={<HeartPulse size={26} />} title={texts.emptyTitle}>
                {texts.emptyText}
              </EmptyState>
            </Card>
          ) : (
            <>
              <HealthSummary health={health} />
              <HealthCharts health={health} range={range} />
              <ErrorClasses webhookId={id} health={health} />
            </>
          )}
          <BreakerCard breaker={health.breaker} />
        </div>
      )}
    </Loaded>
  );
}
