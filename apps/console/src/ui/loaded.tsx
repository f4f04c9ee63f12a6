import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { Notice } from './notice.tsx';
import { Skeleton } from './skeleton.tsx';

const SLOW_AFTER_MS = 4_000;

export interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** While the first answer is on its way; lines by default. */
  readonly skeleton?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/**
 * What a query brought. Before that a skeleton, and a word when it takes long; what failed, in words, with another try.
 * A refresh that fails keeps what is there and says so; a further page that fails is told where it was asked for.
 */
export function Loaded<Data>({ query, skeleton, children }: LoadedProps<Data>): ReactNode {
  const texts = useTexts();
  const again = (
    <Button size="small" onPress={() => void query.refetch()} isPending={query.isFetching}>
      {texts.common.tryAgain}
    </Button>
  );
  if (query.data !== undefined) {
    return (
      <>
        {query.isRefetchError && <ErrorNotice error={query.error} prefix={texts.common.notRefreshed} action={again} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <ErrorNotice error={query.error} action={again} />;
  return (
    <div aria-busy="true">
      <span className="visually-hidden" role="status">
        {texts.common.loading}
      </span>
      {skeleton ?? <Skeleton />}
      <SlowNotice />
    </div>
  );
}

function SlowNotice(): ReactNode {
  const texts = useTexts();
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSlow ? <Notice>{texts.common.slow}</Notice> : null;
}
