import { Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { usePageTitle } from './page.tsx';

export function NotFound(): ReactNode {
  const { layout } = useTexts();
  usePageTitle(layout.notFoundTitle);
  return (
    <EmptyState
      icon={<SearchX size={26} />}
      title={layout.notFoundTitle}
      isPageTitle
      action={<Link to="/webhooks">{layout.toWebhooks}</Link>}
    >
      {layout.notFoundText}
    </EmptyState>
  );
}
