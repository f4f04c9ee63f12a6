import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { MailCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/choice.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { absolute, Time } from '../../ui/time.tsx';
import { deadLetterReason } from './dead-letter-reason.ts';
import { DeadLetterDrawer } from './dead-letter.drawer.tsx';
import { LetterStatusTag } from './letter-status-tag.tsx';
import { LETTER_STATUSES } from './ops-search.ts';
import { deadLettersQuery, type DeadLetter, type LetterFilter } from './ops.query.ts';

const route = getRouteApi('/operations/dead-letters');

/** Records that could not be taken, newest first, and what to do with each. */
export function DeadLettersPage(): ReactNode {
  const { ops } = useTexts();
  const { letter, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(deadLettersQuery(filter));
  const change = (changed: LetterFilter): void =>
    void navigate({ search: (old) => ({ ...old, ...changed }), replace: true });
  const close = (): void => void navigate({ search: (old) => ({ ...old, letter: undefined }), resetScroll: false });
  const isFiltered = filter.status !== undefined || filter.reason !== undefined;
  const clear = (): void => change({ status: undefined, reason: undefined });
  return (
    <>
      <LetterFilters filter={filter} onChange={change} />
      <section className="ops__panel">
        <Loaded query={list}>
          {({ pages }) => {
            const letters = pages.flatMap(({ deadLetters }) => deadLetters);
            return letters.length === 0 ? (
              <EmptyState
                icon={<MailCheck size={26} />}
                title={isFiltered ? ops.noMatchTitle : ops.noLettersTitle}
                action={isFiltered && <Button onPress={clear}>{ops.clearFilters}</Button>}
              >
                {isFiltered ? ops.noMatchText : ops.noLettersText}
              </EmptyState>
            ) : (
              <LetterTable letters={letters} />
            );
          }}
        </Loaded>
      </section>
      {list.isFetchNextPageError && <ErrorNotice error={list.error} />}
      {list.hasNextPage && (
        <div className="ops__more">
          <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            {ops.loadMore}
          </Button>
        </div>
      )}
      <DeadLetterDrawer letterId={letter} onClose={close} />
    </>
  );
}

const ALL = 'all';

interface LetterFiltersProps {
  readonly filter: LetterFilter;
  readonly onChange: (change: LetterFilter) => void;
}

function LetterFilters({ filter, onChange }: LetterFiltersProps): ReactNode {
  const { ops } = useTexts();
  const reasons = Object.entries(ops.reasons).map(([value, label]) => ({ value, label }));
  return (
    <search className="row ops__bar">
      <Select
        label={ops.status}
        isLabelHidden
        value={filter.status ?? ALL}
        options={[
          { value: ALL, label: ops.anyStatus },
          ...LETTER_STATUSES.map((value) => ({ value, label: ops.statuses[value] })),
        ]}
        onChange={(value) => onChange({ status: value === ALL ? undefined : value })}
      />
      <Select
        label={ops.reason}
        isLabelHidden
        value={filter.reason ?? ALL}
        options={[{ value: ALL, label: ops.anyReason }, ...reasons]}
        onChange={(value) => onChange({ reason: value === ALL ? undefined : value })}
      />
    </search>
  );
}

function LetterTable({ letters }: { readonly letters: readonly DeadLetter[] }): ReactNode {
  const { ops } = useTexts();
  const columns: readonly Column<DeadLetter>[] = [
    { id: 'reason', header: ops.reason, isName: true, cell: (letter) => <ReasonCell letter={letter} /> },
    { id: 'status', header: ops.status, width: '7rem', cell: ({ status }) => <LetterStatusTag status={status} /> },
    { id: 'stage', header: ops.stage, width: '7.5rem', cell: ({ stage }) => ops.stages[stage] },
    { id: 'tenant', header: ops.tenant, width: '7rem', cell: ({ tenantId }) => tenantId ?? '–' },
    { id: 'time', header: ops.time, width: '12rem', cell: ({ at }) => <Time atMs={at} format="short" /> },
  ];
  return <DataTable label={ops.lettersTable} columns={columns} rows={letters} rowKey={({ id }) => id} />;
}

function ReasonCell({ letter }: { readonly letter: DeadLetter }): ReactNode {
  const { ops } = useTexts();
  const language = useLanguage();
  const reason = deadLetterReason(letter.reason, ops.reasons);
  return (
    <div className="ops__name">
      <Link
        from="/operations/dead-letters"
        to="."
        search={(old) => ({ ...old, letter: letter.id })}
        resetScroll={false}
        preload={false}
        className="cut"
        aria-label={ops.showLetter(reason, absolute(letter.at, 'short', language))}
      >
        {reason}
      </Link>
      <span className="soft small cut" title={letter.message}>
        {letter.message}
      </span>
    </div>
  );
}
