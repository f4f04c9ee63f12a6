import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { CodeView } from '../../ui/code-view.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FactList } from '../../ui/fact-list.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Time } from '../../ui/time.tsx';
import { deadLetterReason } from './dead-letter-reason.ts';
import { LetterStatusTag } from './letter-status-tag.tsx';
import { deadLetterQuery, type DeadLetterWithRecord } from './ops.query.ts';
import { SettleLetter } from './settle-letter.tsx';

export interface DeadLetterDrawerProps {
  /** Nothing is open while it is undefined. */
  readonly letterId: string | undefined;
  readonly onClose: () => void;
}

/** One record that was put aside: why, what it is, and putting it back or settling it. */
export function DeadLetterDrawer({ letterId, onClose }: DeadLetterDrawerProps): ReactNode {
  const { ops } = useTexts();
  return (
    <Dialog title={ops.letter} shape="drawer" isDismissable isOpen={letterId !== undefined} onClose={onClose}>
      {letterId !== undefined && <Letter letterId={letterId} />}
    </Dialog>
  );
}

function Letter({ letterId }: { readonly letterId: string }): ReactNode {
  const query = useQuery(deadLetterQuery(letterId));
  return (
    <Loaded query={query} skeleton={<Skeleton lines={8} />}>
      {(letter) => (
        <div className="letter">
          <LetterFacts letter={letter} />
          <SettleLetter letter={letter} />
          <Record record={letter.record} />
        </div>
      )}
    </Loaded>
  );
}

function LetterFacts({ letter }: { readonly letter: DeadLetterWithRecord }): ReactNode {
  const { ops } = useTexts();
  const language = useLanguage();
  const { source, status, by, decidedAt } = letter;
  return (
    <div className="stack-small">
      <div className="row">
        <strong>{deadLetterReason(letter.reason, ops.reasons)}</strong>
        <LetterStatusTag status={status} />
        {by !== null && decidedAt !== null && (
          <span className="soft small">
            {ops.decided(ops.statuses[status], by)} · <Time atMs={decidedAt} format="short" />
          </span>
        )}
      </div>
      <Notice tone="info">{letter.message}</Notice>
      <FactList
        facts={[
          { label: ops.id, value: letter.id, copyText: letter.id },
          { label: ops.time, value: <Time atMs={letter.at} /> },
          { label: ops.stage, value: ops.stages[letter.stage] },
          { label: ops.tenant, value: letter.tenantId ?? '–' },
          { label: ops.key, value: letter.key ?? '–' },
          { label: ops.size, value: ops.bytes(new Intl.NumberFormat(language).format(letter.size)) },
          {
            label: ops.source,
            value: source === null ? ops.noSource : ops.sourceAt(source.topic, source.partition, source.offset),
            isWide: true,
          },
        ]}
      />
    </div>
  );
}

function Record({ record }: Pick<DeadLetterWithRecord, 'record'>): ReactNode {
  const { ops } = useTexts();
  const { headers, value, isCut } = record;
  return (
    <section className="stack-small">
      <h3>{ops.record}</h3>
      {headers.length > 0 && (
        <>
          <CodeView
            label={ops.headers}
            code={headers.map((header) => `${header.name}: ${header.value}`).join('\n')}
            isWrapped
          />
          <p className="soft small">{ops.masked}</p>
        </>
      )}
      {value === null ? (
        <p className="soft">{ops.noValue}</p>
      ) : (
        <CodeView label={ops.value} code={value.text} isWrapped />
      )}
      {value?.encoding === 'base64' && <p className="soft small">{ops.base64}</p>}
      {isCut && <p className="soft small">{ops.cut}</p>}
    </section>
  );
}
