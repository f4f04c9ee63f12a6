import type { ReactNode } from 'react';
import './tag.css';

export type Tone = 'good' | 'warn' | 'bad' | 'neutral' | 'accent';

export interface TagProps {
  readonly tone?: Tone;
  /** A dot before the text: a state rather than a name. */
  readonly hasDot?: boolean;
  readonly title?: string;
  readonly children: ReactNode;
}

/** Never the colour alone: the text says it too. */
export function Tag({ tone = 'neutral', hasDot = false, title, children }: TagProps): ReactNode {
  return (
    <span className={`tag tag--${tone}`} title={title}>
      {hasDot && <span className="tag__dot" aria-hidden />}
      {children}
    </span>
  );
}
