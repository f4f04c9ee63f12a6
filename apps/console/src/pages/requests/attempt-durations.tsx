import type { ReactNode } from 'react';
import { formatDuration } from '../../texts/format-duration.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import type { TimelineEntry } from './deliveries.query.ts';
import { durationSteps } from './timeline-rounds.ts';

/** How long an attempt took, and what of it for what; the bar is a picture of the list below it. */
export function AttemptDurations(props: { readonly durations: NonNullable<TimelineEntry['durations']> }): ReactNode {
  const { requests } = useTexts();
  const language = useLanguage();
  const { durations } = props;
  const steps = durationSteps(durations);
  const total = formatDuration(durations.total, language);
  return (
    <div className="durations">
      <div className="durations__bar" aria-hidden>
        {steps.map(([step, ms]) => (
          <span key={step} className={`durations__part durations__part--${step}`} style={{ flexGrow: ms }} />
        ))}
      </div>
      <ul className="durations__list small" aria-label={requests.stepsLabel(total)}>
        <li>
          <strong>{total}</strong>
        </li>
        {steps.map(([step, ms]) => (
          <li key={step} className="soft">
            <span className={`durations__key durations__part--${step}`} aria-hidden />
            {requests.steps[step]} {formatDuration(ms, language)}
          </li>
        ))}
      </ul>
    </div>
  );
}
