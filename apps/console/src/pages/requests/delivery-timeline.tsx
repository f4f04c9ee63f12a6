import { Ban, Check, Clock, Hourglass, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { formatDuration } from '../../texts/format-duration.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Time } from '../../ui/time.tsx';
import { AttemptAnswer } from './attempt-answer.tsx';
import { AttemptDurations } from './attempt-durations.tsx';
import type { TimelineEntry } from './deliveries.query.ts';
import { errorClassText } from './request-columns.tsx';
import { advisingEntries, roundsOf, type TimelineRound, type TimelineStep } from './timeline-rounds.ts';
import { useWaitText } from './use-wait-text.ts';
import './timeline.css';

/** Every attempt and wait, in the order they happened, with their reasons. */
export function DeliveryTimeline({ timeline }: { readonly timeline: readonly TimelineEntry[] }): ReactNode {
  const { requests } = useTexts();
  const rounds = roundsOf(timeline);
  const advising = advisingEntries(timeline);
  if (timeline.length === 0) return <p className="soft">{requests.nothingYet}</p>;
  return (
    <div className="timeline">
      {rounds.map((round) => (
        <Round key={round.round} round={round} isLast={round === rounds.at(-1)} advising={advising} />
      ))}
    </div>
  );
}

interface RoundProps {
  readonly round: TimelineRound;
  readonly isLast: boolean;
  readonly advising: ReadonlySet<TimelineEntry>;
}

function Round({ round, isLast, advising }: RoundProps): ReactNode {
  const { requests } = useTexts();
  const { steps, asked, dueAtMs } = round;
  return (
    <section className="stack-small">
      {round.round > 0 && (
        <h4 className="timeline__round">
          {requests.round(round.round)}
          {asked !== undefined && (
            <span className="soft small">
              {asked.actor !== undefined && requests.askedBy(asked.actor)} <Time atMs={asked.at} format="short" />
            </span>
          )}
        </h4>
      )}
      <ol className="timeline__steps">
        {steps.map((step, index) => (
          <Step
            key={index}
            step={step}
            isOpen={isLast && index === steps.length - 1}
            isAdvising={advising.has(step.entry)}
          />
        ))}
        {steps.length === 0 && <li className="timeline__due soft small">{requests.nothingYet}</li>}
        {dueAtMs !== undefined && <Due atMs={dueAtMs} />}
      </ol>
    </section>
  );
}

interface AttemptProps {
  /** Its answer is in sight. */
  readonly isOpen: boolean;
  readonly isAdvising: boolean;
}

function Step({ step, ...shown }: AttemptProps & { readonly step: TimelineStep }): ReactNode {
  const { requests } = useTexts();
  const language = useLanguage();
  const { entry, waitedMs } = step;
  return (
    <>
      {waitedMs !== undefined && (
        <li className="timeline__wait soft small">{requests.waited(formatDuration(waitedMs, language))}</li>
      )}
      {entry.kind === 'attempted' ? <Attempt entry={entry} {...shown} /> : <Pause entry={entry} />}
    </>
  );
}

function Attempt({ entry, isOpen, isAdvising }: AttemptProps & { readonly entry: TimelineEntry }): ReactNode {
  const { requests } = useTexts();
  const [isShown, setIsShown] = useState(isOpen);
  const hasSucceeded = entry.outcome === 'succeeded';
  const advice = isAdvising ? adviceOf(entry.errorClass, requests.errorAdvice) : undefined;
  return (
    <li className="timeline__step">
      <Marker tone={hasSucceeded ? 'good' : 'bad'} icon={hasSucceeded ? <Check size={13} /> : <X size={13} />} />
      <div className="timeline__content">
        <div className="timeline__line">
          <strong>{requests.attempt(entry.number ?? 1)}</strong>
          {entry.outcome !== undefined && <span>{requests.outcomes[entry.outcome]}</span>}
          {entry.statusCode !== undefined && <span className="mono">{entry.statusCode}</span>}
          {entry.errorClass !== undefined && entry.errorClass !== 'http-status' && (
            <span>{errorClassText(entry.errorClass, requests.errorClasses)}</span>
          )}
          <span className="timeline__time soft small">
            <Time atMs={entry.startedAt ?? entry.at} format="short" />
          </span>
        </div>
        {entry.error !== undefined && entry.statusCode === undefined && (
          <p className="timeline__error mono">{entry.error}</p>
        )}
        {advice !== undefined && <p className="soft small">{advice}</p>}
        {entry.verdict !== undefined && <p>{requests.verdicts[entry.verdict]}</p>}
        {entry.durations !== undefined && <AttemptDurations durations={entry.durations} />}
        {entry.answer !== undefined && (
          <>
            <div>
              <Button size="small" aria-expanded={isShown} onPress={() => setIsShown(!isShown)}>
                {requests.showAnswer}
              </Button>
            </div>
            {isShown && <AttemptAnswer answer={entry.answer} />}
          </>
        )}
      </div>
    </li>
  );
}

const PAUSES = {
  deferred: { tone: 'neutral', icon: <Hourglass size={13} /> },
  skipped: { tone: 'neutral', icon: <Ban size={13} /> },
  expired: { tone: 'bad', icon: <Clock size={13} /> },
} as const;

function Pause({ entry }: { readonly entry: TimelineEntry }): ReactNode {
  const { requests } = useTexts();
  const waitText = useWaitText();
  const kind = entry.kind === 'skipped' || entry.kind === 'expired' ? entry.kind : 'deferred';
  return (
    <li className="timeline__step">
      <Marker {...PAUSES[kind]} />
      <div className="timeline__content">
        <div className="timeline__line">
          <strong>{requests[kind]}</strong>
          <span className="timeline__time soft small">
            <Time atMs={entry.at} format="short" />
          </span>
        </div>
        {entry.reason !== undefined && <p>{waitText({ ...entry, reason: entry.reason })}</p>}
      </div>
    </li>
  );
}

function Due({ atMs }: { readonly atMs: number }): ReactNode {
  const { requests } = useTexts();
  return (
    <li className="timeline__due soft">
      {requests.waitsUntil} <Time atMs={atMs} format="short" />
    </li>
  );
}

function Marker(props: { readonly tone: 'good' | 'bad' | 'neutral'; readonly icon: ReactNode }): ReactNode {
  return (
    <span className={`timeline__marker timeline__marker--${props.tone}`} aria-hidden>
      {props.icon}
    </span>
  );
}

function adviceOf(errorClass: string | undefined, texts: Readonly<Record<string, string>>): string | undefined {
  return errorClass === undefined ? undefined : texts[errorClass];
}
