import { Link } from '@tanstack/react-router';
import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatDuration } from '../../texts/format-duration.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import type { Column } from '../../ui/data-table.tsx';
import { Time } from '../../ui/time.tsx';
import { DeliveryStateTag } from './delivery-state-tag.tsx';
import type { Delivery } from './requests-search.ts';

export function useRequestColumns(): readonly Column<Delivery>[] {
  const { requests } = useTexts();
  const language = useLanguage();
  return [
    { id: 'state', header: requests.state, width: '9rem', cell: (row) => <StateCell row={row} /> },
    { id: 'event', header: requests.event, isName: true, cell: (row) => <EventCell row={row} /> },
    {
      id: 'answer',
      header: requests.answer,
      width: '11rem',
      isHiddenOnPhone: true,
      cell: (row) => <AnswerText row={row} />,
    },
    {
      id: 'attempts',
      header: requests.attempts,
      width: '6.5rem',
      align: 'end',
      isHiddenOnPhone: true,
      cell: ({ attempts }) => attempts,
    },
    {
      id: 'duration',
      header: requests.duration,
      width: '7rem',
      align: 'end',
      isHiddenOnPhone: true,
      cell: ({ durationMs }) => (durationMs === undefined ? '–' : formatDuration(durationMs, language)),
    },
    {
      id: 'time',
      header: requests.time,
      width: '12rem',
      isHiddenOnPhone: true,
      cell: ({ createdAt }) => <Time atMs={createdAt} format="short" />,
    },
  ];
}

function StateCell({ row }: { readonly row: Delivery }): ReactNode {
  const { requests } = useTexts();
  return (
    <span className="request-state">
      <DeliveryStateTag state={row.state} />
      {row.openRound !== undefined && (
        <LoaderCircle size={14} role="img" aria-label={requests.resendUnderWay} className="request-state__open" />
      )}
    </span>
  );
}

/** The link covers its row, so that a press anywhere on it opens the details. */
function EventCell({ row }: { readonly row: Delivery }): ReactNode {
  const { requests } = useTexts();
  return (
    <div className="request-name">
      <Link
        from="/webhooks/$id/requests"
        to="."
        search={(old) => ({ ...old, open: row.id })}
        resetScroll={false}
        preload={false}
        className="request-name__link cut"
        aria-label={requests.open(row.event, requests.states[row.state])}
      >
        {row.event}
      </Link>
      <span className="request-name__time soft small">
        <Time atMs={row.createdAt} format="short" />
      </span>
    </div>
  );
}

/** The status, else what went wrong. */
export function AnswerText({ row }: { readonly row: Pick<Delivery, 'statusCode' | 'errorClass'> }): ReactNode {
  const { requests } = useTexts();
  if (row.statusCode !== undefined) return <span className="mono">{row.statusCode}</span>;
  if (row.errorClass === undefined) return <span className="soft">–</span>;
  return <span>{errorClassText(row.errorClass, requests.errorClasses)}</span>;
}

/** In words where it is known, else as the server calls it. */
export function errorClassText(errorClass: string, texts: Readonly<Record<string, string>>): string {
  return texts[errorClass] ?? errorClass;
}
