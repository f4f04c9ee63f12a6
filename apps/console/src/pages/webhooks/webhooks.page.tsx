import type { ReactNode } from 'react';
import { Page } from '../../layout/page.tsx';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useTexts } from '../../texts/use-texts.ts';

export function WebhooksPage(): ReactNode {
  const { webhooks: texts } = useTexts();
  return (
    <Page title={texts.title}>
      <ScopeGate scope="webhooks:read">{null}</ScopeGate>
    </Page>
  );
}
