import { useEffect, type ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { TitleBar } from '../ui/title-bar.tsx';
import './page.css';

export interface PageProps {
  readonly title: string;
  readonly description?: ReactNode;
  /** At the right of the title: what one does here. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page with its heading; the browser's title follows it. */
export function Page({ title, description, actions, children }: PageProps): ReactNode {
  usePageTitle(title);
  return (
    <div className="page">
      <TitleBar actions={actions}>
        <h1>{title}</h1>
        {description !== undefined && <p className="soft">{description}</p>}
      </TitleBar>
      {children}
    </div>
  );
}

export function usePageTitle(title: string): void {
  const { common } = useTexts();
  useEffect(() => {
    document.title = title === '' ? common.product : `${title} · ${common.product}`;
  }, [title, common.product]);
}
