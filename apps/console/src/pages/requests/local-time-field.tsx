import { useState, type ReactNode } from 'react';
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

/**
 * A minute in the person's zone, chosen by what the browser has for it. It is told when the person leaves the field or presses
 * Enter: every step of typing one is another time, or none.
 */
export function LocalTimeField({ label, atMs, onChange, isEnd }: LocalTimeFieldProps): ReactNode {
  const told = atMs === undefined ? '' : localMinuteOf(Number(atMs));
  const [text, setText] = useState(told);
  const [lastTold, setLastTold] = useState(told);
  if (told !== lastTold) {
    setLastTold(told);
    setText(told);
  }
  const tell = (input: EventTarget): void => {
    // Half a time reads as empty.
    const isHalf = input instanceof HTMLInputElement && input.validity.badInput;
    const chosenMs = unixMsOf(text, isEnd);
    if (!isHalf && text !== told && (text === '' || chosenMs !== undefined)) onChange(chosenMs?.toString());
  };
  return (
    <div className="local-time">
      <TextField
        label={label}
        type="datetime-local"
        value={text}
        onChange={setText}
        onBlur={({ target }) => tell(target)}
        onKeyDown={({ key, target }) => {
          if (key === 'Enter') tell(target);
        }}
      />
    </div>
  );
}
