import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLanguage, useTexts } from '../texts/use-texts.ts';
import { Button } from './button.tsx';

export interface PaginationProps {
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}

/** Absent while everything is on one page. */
export function Pagination({ page, pageSize, total, onPage }: PaginationProps): ReactNode {
  const texts = useTexts();
  const language = useLanguage();
  const format = (count: number): string => new Intl.NumberFormat(language).format(count);
  const pages = Math.max(1, Math.ceil(total / pageSize));
  if (pages === 1 && page === 1) return null;
  const from = (page - 1) * pageSize + 1;
  return (
    <nav className="row pagination" aria-label={texts.common.pages}>
      <span className="soft small">
        {texts.common.rowsOf(format(from), format(Math.min(total, page * pageSize)), format(total))}
      </span>
      <span className="row push">
        <Button
          size="small"
          icon={<ChevronLeft size={16} aria-hidden />}
          isDisabled={page <= 1}
          onPress={() => onPage(page - 1)}
        >
          {texts.common.previous}
        </Button>
        <Button
          size="small"
          icon={<ChevronRight size={16} aria-hidden />}
          isDisabled={page >= pages}
          onPress={() => onPage(page + 1)}
        >
          {texts.common.next}
        </Button>
      </span>
    </nav>
  );
}
