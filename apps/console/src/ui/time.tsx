import { useEffect, useState, type ReactNode } from 'react';
import { TIME_UNITS } from '../texts/format-duration.ts';
import { useLanguage } from '../texts/use-texts.ts';
import './time.css';

export interface TimeProps {
  /** Unix ms. */
  readonly atMs: number;
  /** `relative`: "3 minutes ago", kept up to date; `short`: without the year; `day`: the date alone. Default: date and time. */
  readonly format?: TimeFormat | 'relative';
}

type TimeFormat = 'full' | 'short' | 'day' | 'clock';

const FORMATS: Readonly<Record<TimeFormat, Intl.DateTimeFormatOptions>> = {
  full: { dateStyle: 'medium', timeStyle: 'medium' },
  short: { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit' },
  day: { dateStyle: 'medium' },
  clock: { timeStyle: 'medium' },
};

/** A moment in the person's zone; in UTC, and to the millisecond, on hover. */
export function Time({ atMs, format = 'full' }: TimeProps): ReactNode {
  const language = useLanguage();
  const nowMs = useNow(format === 'relative');
  const text = format === 'relative' ? relative(atMs, nowMs, language) : absolute(atMs, format, language);
  const title = format === 'full' ? utc(atMs) : `${absolute(atMs, 'full', language)}\n${utc(atMs)}`;
  return (
    <time className="time" dateTime={new Date(atMs).toISOString()} title={title}>
      {text}
    </time>
  );
}

export function absolute(atMs: number, format: TimeFormat, language: string): string {
  return new Intl.DateTimeFormat(language, FORMATS[format]).format(atMs);
}

function utc(atMs: number): string {
  return `${new Date(atMs).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

function relative(atMs: number, nowMs: number, language: string): string {
  const distanceMs = atMs - nowMs;
  const [unit, ms] = TIME_UNITS.find(([, size]) => Math.abs(distanceMs) >= size) ?? ['second', 1_000];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.round(distanceMs / ms), unit);
}

const TICK_MS = 10_000;

function useNow(isTicking: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return undefined;
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [isTicking]);
  return nowMs;
}
