import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { queryClient } from './api/query-client.ts';
import { router } from './router.tsx';
import { SessionGate } from './session/session-gate.tsx';
import { en } from './texts/en/en.ts';
import { SpeechContext, type Speech } from './texts/use-texts.ts';
import { ToastRegion } from './ui/toast-region.tsx';

export function App(): ReactNode {
  const speech = useMemo((): Speech => ({ language: 'en', texts: en }), []);
  return (
    <SpeechContext value={speech}>
      <I18nProvider locale={speech.language}>
        <QueryClientProvider client={queryClient}>
          <SessionGate>
            <RouterProvider router={router} />
          </SessionGate>
          <ToastRegion />
        </QueryClientProvider>
      </I18nProvider>
    </SpeechContext>
  );
}
