import type { ReactNode } from 'react';
import { TextField } from '../../ui/field.tsx';
import { localMinuteOf, unixMsOf } from './local-minute.ts';

export interface LocalTimeFieldProps {
  readonly label: string;
  /** Unix ms as a text; undefined while none is chosen. */
  readonly atMs: string | undefined;
  readonly onChange: (atMs: string | undefined) => void;
  /** A chosen minute then counts to its end. */
  readonly isEnd: boolean;
}

/** A minute in the person's zone, chosen by what the browser has for it. */
export function LocalTimeField({ label, atMs, onChange, isEnd }: LocalTimeFieldProps): ReactNode {
  return (
    <div className="local-time">
      <TextField
        label={label}
        type="datetime-local"
        value={atMs === undefined ? '' : localMinuteOf(Number(atMs))}
        onChange={(text) => onChange(unixMsOf(text, isEnd)?.toString())}
      />
    </div>
  );
}
