import type { ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';

export function Brand(): ReactNode {
  const { common } = useTexts();
  return (
    <span className="brand">
      <img src="/favicon.svg" alt="" width={28} height={28} />
      {common.product}
    </span>
  );
}
