import type { ReactNode } from 'react';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';

export function HealthPage(): ReactNode {
  const { health: texts } = useTexts();
  return (
    <ScopeGate scope="deliveries:read">
      <Card title={texts.tab}>{null}</Card>
    </ScopeGate>
  );
}
