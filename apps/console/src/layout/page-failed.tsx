import type { ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/error-notice.tsx';

/** In place of a page that threw, or whose code did not arrive. */
export function PageFailed({ error }: { readonly error: unknown }): ReactNode {
  const { common } = useTexts();
  return (
    <ErrorNotice
      error={error instanceof Error ? error : new Error(String(error))}
      action={<Button onPress={() => location.reload()}>{common.tryAgain}</Button>}
    />
  );
}
