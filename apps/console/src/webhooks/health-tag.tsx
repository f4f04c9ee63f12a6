import type { ReactNode } from 'react';
import { useLanguage, useTexts } from '../texts/use-texts.ts';
import { Tag, type Tone } from '../ui/tag.tsx';
import type { HealthSummary } from './webhook.queries.ts';

/** Below these the tag is red, or amber; the list's filter by health has the same bounds in the API. */
const BAD_BELOW = 0.9;
const WARN_BELOW = 0.99;

export function toneOfRate(rate: number): Tone {
  if (rate < BAD_BELOW) return 'bad';
  return rate < WARN_BELOW ? 'warn' : 'good';
}

export interface HealthTagProps {
  /** Of the last 24 hours; undefined where it is not known now. */
  readonly summary: Pick<HealthSummary, 'requests' | 'successRate'> | undefined;
  /** It is on its way. */
  readonly isLoading?: boolean;
}

export function HealthTag({ summary, isLoading = false }: HealthTagProps): ReactNode {
  const { webhooks } = useTexts();
  const language = useLanguage();
  if (summary === undefined && isLoading) return <span className="soft">…</span>;
  if (summary === undefined) return <span className="soft">{webhooks.healthUnknown}</span>;
  const { requests, successRate } = summary;
  if (requests === 0) return <Tag>{webhooks.notInUse}</Tag>;
  if (successRate === null) return <Tag title={webhooks.undecidedHint}>{webhooks.undecided}</Tag>;
  return (
    <Tag tone={toneOfRate(successRate)} hasDot title={webhooks.successRate24}>
      {formatRate(successRate, language)}
    </Tag>
  );
}

/** Never rounded up to 100 %: one failure is to be seen. */
export function formatRate(rate: number, language: string): string {
  const percent = new Intl.NumberFormat(language, {
    style: 'percent',
    maximumFractionDigits: 1,
    roundingMode: 'floor',
  });
  return percent.format(rate);
}
