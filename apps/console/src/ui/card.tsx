import { useId, type ReactNode } from 'react';
import { TitleBar } from './title-bar.tsx';
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
        <TitleBar actions={actions}>
          <h2 id={titleId}>{title}</h2>
          {description !== undefined && <p className="soft small">{description}</p>}
        </TitleBar>
      )}
      {children}
    </section>
  );
}
