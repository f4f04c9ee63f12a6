import { useBlocker } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useUnsavedWork } from '../../session/unsaved-work.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

export interface LeaveGuardProps {
  readonly isDirty: boolean;
  readonly webhookId: string;
}

/** Asks before what is not saved is left; the tabs of the same webhook keep it. A reload is asked for by the browser. */
export function LeaveGuard({ isDirty, webhookId }: LeaveGuardProps): ReactNode {
  const { settings } = useTexts();
  useUnsavedWork(isDirty);
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ next }) => isDirty && !next.pathname.startsWith(`/webhooks/${webhookId}/`),
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (status !== 'blocked') return null;
  return (
    <Dialog
      title={settings.leaveTitle}
      description={settings.leaveText}
      isOpen
      onClose={reset}
      size="small"
      footer={
        <>
          <Button onPress={proceed}>{settings.leave}</Button>
          <Button kind="primary" onPress={reset} autoFocus>
            {settings.stay}
          </Button>
        </>
      }
    />
  );
}
