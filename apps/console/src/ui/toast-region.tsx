import { CircleAlert, CircleCheck, X } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastRegion as AriaToastRegion,
} from 'react-aria-components';
import { useTexts } from '../texts/use-texts.ts';
import { toasts } from './toast.ts';
import './toast.css';

/** Where toasts appear; once, at the root of the page. */
export function ToastRegion(): ReactNode {
  const texts = useTexts();
  return (
    <AriaToastRegion queue={toasts} className="toasts" aria-label={texts.common.messages}>
      {({ toast }) => (
        <Toast toast={toast} className={`toast toast--${toast.content.tone}`}>
          {toast.content.tone === 'good' ? (
            <CircleCheck size={18} aria-hidden />
          ) : (
            <CircleAlert size={18} aria-hidden />
          )}
          <ToastContent className="toast__text">
            <Text slot="title">{toast.content.text}</Text>
          </ToastContent>
          <AriaButton slot="close" className="toast__close" aria-label={texts.common.close}>
            <X size={16} aria-hidden />
          </AriaButton>
        </Toast>
      )}
    </AriaToastRegion>
  );
}
