import { useId, type ReactNode } from 'react';
import './card.css';

export interface CardProps {
  readonly title?: string;
  readonly description?: ReactNode;
  /** At the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Card({ title, description, actions, children }: CardProps): ReactNode {
  const titleId = useId();
  return (
    <section className="card" aria-labelledby={title === undefined ? undefined : titleId}>
      {title !== undefined && (
        <header className="card__header">
          <div className="card__heading">
            <h2 id={titleId}>{title}</h2>
            {description !== undefined && <p className="soft small">{description}</p>}
          </div>
          {actions !== undefined && <div className="row">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
