import type { ReactNode } from 'react';
import './panel.css';

export interface PanelProps {
  /** What is shown is being replaced. */
  readonly isBusy?: boolean;
  readonly children: ReactNode;
}

/** A surface without padding, for a table and its pages. */
export function Panel({ isBusy = false, children }: PanelProps): ReactNode {
  return (
    <div className="panel" aria-busy={isBusy}>
      {children}
    </div>
  );
}
