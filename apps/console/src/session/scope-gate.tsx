import { useQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { callerQuery, type Scope } from './use-caller.ts';

export interface ScopeGateProps {
  readonly scope: Scope;
  readonly children: ReactNode;
}

/** A page for those who may see it; the others are told what they lack, and nothing is asked of the API. */
export function ScopeGate({ scope, children }: ScopeGateProps): ReactNode {
  const { layout } = useTexts();
  const caller = useQuery(callerQuery);
  return (
    <Loaded query={caller}>
      {({ scopes }) =>
        scopes.includes(scope) ? (
          children
        ) : (
          <EmptyState icon={<Lock size={26} />} title={layout.noScopeTitle}>
            {layout.noScopeText(scope)}
          </EmptyState>
        )
      }
    </Loaded>
  );
}
