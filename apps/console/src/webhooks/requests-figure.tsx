import type { ReactNode } from 'react';
import { Sparkline } from '../charts/sparkline.tsx';
import { useLanguage, useTexts } from '../texts/use-texts.ts';
import type { HealthSummary } from './webhook.queries.ts';
import './requests-figure.css';

/** Requests of the last 24 hours, as a number and by the hour. `summary` is undefined where it is not known now. */
export function RequestsFigure({ summary }: { readonly summary: HealthSummary | undefined }): ReactNode {
  const { webhooks } = useTexts();
  const language = useLanguage();
  if (summary === undefined) return <span className="soft">–</span>;
  const total = new Intl.NumberFormat(language).format(summary.requests);
  return (
    <span className="requests-figure">
      <span>{total}</span>
      {summary.requests > 0 && (
        <Sparkline label={webhooks.sparkline(total)} values={summary.series24.map(({ requests }) => requests)} />
      )}
    </span>
  );
}
