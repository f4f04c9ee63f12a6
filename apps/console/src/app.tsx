import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { queryClient } from './api/query-client.ts';
import { router } from './router.tsx';
import { SessionGate } from './session/session-gate.tsx';
import { SpeechProvider, type Spoken } from './texts/speech-provider.tsx';
import { useLanguage } from './texts/use-texts.ts';
import { ToastRegion } from './ui/toast-region.tsx';

export function App({ firstSpoken }: { readonly firstSpoken: Spoken }): ReactNode {
  return (
    <SpeechProvider first={firstSpoken}>
      <Localized>
        <QueryClientProvider client={queryClient}>
          <SessionGate>
            <RouterProvider router={router} />
          </SessionGate>
          <ToastRegion />
        </QueryClientProvider>
      </Localized>
    </SpeechProvider>
  );
}

/** What components read aloud by themselves is said in the same language. */
function Localized({ children }: { readonly children: ReactNode }): ReactNode {
  return <I18nProvider locale={useLanguage()}>{children}</I18nProvider>;
}
