import type { ReactNode } from 'react';
import { formatDuration } from '../../texts/format-duration.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Time } from '../../ui/time.tsx';
import { HealthTag } from '../../webhooks/health-tag.tsx';
import type { WebhookHealth } from './health.query.ts';

/** The figures of the whole time. */
export function HealthSummary({ health }: { readonly health: WebhookHealth }): ReactNode {
  const { health: texts } = useTexts();
  const language = useLanguage();
  const count = (value: number): string => new Intl.NumberFormat(language).format(value);
  const { succeeded, failed, successRate, latencyMs, oldestUndeliveredAt } = health;
  return (
    <dl className="health-figures" aria-label={texts.summary}>
      <Figure
        label={texts.successRate}
        note={successRate === null ? texts.nothingEnded : texts.ofEnded(count(succeeded), count(succeeded + failed))}
      >
        {successRate === null ? '–' : <HealthTag summary={health} />}
      </Figure>
      <Figure label={texts.requests} note={texts.failed(count(failed))}>
        {count(health.requests)}
      </Figure>
      <Figure
        label={texts.open}
        note={
          oldestUndeliveredAt === undefined ? (
            texts.openParts(count(health.retrying), count(health.waiting))
          ) : (
            <>
              {texts.oldest} <Time atMs={oldestUndeliveredAt} format="relative" />
            </>
          )
        }
      >
        {count(health.open)}
      </Figure>
      {(['p50', 'p95', 'p99'] as const).map((percentile) => {
        const ms = latencyMs[percentile];
        return (
          <Figure key={percentile} label={texts.percentiles[percentile]} note={ms === null ? texts.noLatency : ''}>
            {ms === null ? '–' : formatDuration(ms, language)}
          </Figure>
        );
      })}
    </dl>
  );
}

interface FigureProps {
  readonly label: string;
  readonly note: ReactNode;
  readonly children: ReactNode;
}

function Figure({ label, note, children }: FigureProps): ReactNode {
  return (
    <div className="health-figure">
      <dt className="soft small">{label}</dt>
      <dd className="health-figure__value">{children}</dd>
      {note !== '' && <dd className="soft small">{note}</dd>}
    </div>
  );
}
