import { Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Page } from '../../layout/page.tsx';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { LinkTabs } from '../../ui/tabs.tsx';
import './ops.css';

/** What whoever runs the installation looks at; its tabs are pages of their own. */
export function OperationsPage(): ReactNode {
  const { ops: texts } = useTexts();
  return (
    <Page title={texts.title} description={texts.lead}>
      <ScopeGate scope="ops:read">
        <LinkTabs
          label={texts.tabs}
          tabs={[
            { label: texts.webhooks, link: { to: '/operations/webhooks' } },
            { label: texts.deadLetters, link: { to: '/operations/dead-letters' } },
            { label: texts.lag, link: { to: '/operations/lag' } },
          ]}
        />
        <Outlet />
      </ScopeGate>
    </Page>
  );
}
