import type { ReactNode } from 'react';
import './title-bar.css';

export interface TitleBarProps {
  /** The heading, and what is said below it. */
  readonly children: ReactNode;
  /** At the right of it; below it where there is no room. */
  readonly actions?: ReactNode;
}

/** The head of a page or a card. */
export function TitleBar({ children, actions }: TitleBarProps): ReactNode {
  return (
    <header className="title-bar">
      <div className="title-bar__text">{children}</div>
      {actions !== undefined && <div className="row">{actions}</div>}
    </header>
  );
}
