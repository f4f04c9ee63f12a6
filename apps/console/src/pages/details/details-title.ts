import { usePageTitle } from '../../layout/page.tsx';

/** The title of the browser's window on a tab of a webhook. */
export function useDetailsTitle(tab: string, webhookName: string): void {
  usePageTitle(webhookName === '' ? tab : `${webhookName} · ${tab}`);
}
