import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components';

export interface ToastContent {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

const SHOWN_MS = 5_000;
const MAX_VISIBLE = 3;

export const toasts = new ToastQueue<ToastContent>({ maxVisibleToasts: MAX_VISIBLE });

/** Says in passing what happened. What a person must act on belongs into a `Notice`, which stays. */
export function toast(content: ToastContent): void {
  toasts.add(content, { timeout: SHOWN_MS });
}
