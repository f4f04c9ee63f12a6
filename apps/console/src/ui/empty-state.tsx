import type { ReactNode } from 'react';
import './empty-state.css';

export interface EmptyStateProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** Nothing else names the page. */
  readonly isPageTitle?: boolean;
}

/** What stands where nothing is yet: what would be here, and how it comes to be. */
export function EmptyState({ icon, title, children, action, isPageTitle = false }: EmptyStateProps): ReactNode {
  const Heading = isPageTitle ? 'h1' : 'h2';
  return (
    <div className="empty">
      <div className="empty__icon" aria-hidden>
        {icon}
      </div>
      <Heading className="empty__title">{title}</Heading>
      {children !== undefined && <div className="empty__text soft">{children}</div>}
      {action}
    </div>
  );
}
