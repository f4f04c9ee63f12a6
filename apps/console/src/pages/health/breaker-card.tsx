import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import { FactList, type Fact } from '../../ui/fact-list.tsx';
import { Tag } from '../../ui/tag.tsx';
import { Time } from '../../ui/time.tsx';
import type { WebhookHealth } from './health.query.ts';

type Breaker = WebhookHealth['breaker'];
type BreakerChange = Breaker['history'][number];

const TONES = { closed: 'good', open: 'bad', 'half-open': 'warn' } as const;

/** Whether requests go out, why not, and how that changed. */
export function BreakerCard({ breaker }: { readonly breaker: Breaker }): ReactNode {
  const { health: texts } = useTexts();
  const { state, openSince, because, nextProbeAt, history } = breaker;
  const time = (label: string, atMs: number | undefined): readonly Fact[] =>
    atMs === undefined ? [] : [{ label, value: <Time atMs={atMs} format="short" /> }];
  const facts = [
    ...time(texts.openSince, openSince),
    ...time(texts.nextProbe, nextProbeAt),
    ...(because === undefined ? [] : [{ label: texts.because, value: because, isWide: true }]),
  ];
  return (
    <Card title={texts.breaker} description={texts.breakerHint}>
      <div className="row">
        <BreakerStateTag state={state} />
        <span>{texts.breakerTexts[state]}</span>
      </div>
      {state !== 'closed' && facts.length > 0 && <FactList facts={facts} />}
      <h3>{texts.history}</h3>
      {history.length === 0 ? <p className="soft">{texts.noHistory}</p> : <History changes={history.toReversed()} />}
    </Card>
  );
}

function History({ changes }: { readonly changes: readonly BreakerChange[] }): ReactNode {
  const { health: texts } = useTexts();
  const columns: readonly Column<BreakerChange>[] = [
    { id: 'time', header: texts.time, width: '13rem', cell: ({ at }) => <Time atMs={at} format="short" /> },
    {
      id: 'state',
      header: texts.changedTo,
      width: '10rem',
      cell: ({ state }) => <BreakerStateTag state={state} />,
    },
    {
      id: 'reason',
      header: texts.reason,
      isHiddenOnPhone: true,
      cell: ({ reason = '–' }) => <span title={reason}>{reason}</span>,
    },
  ];
  return (
    <DataTable
      label={texts.history}
      columns={columns}
      rows={changes}
      rowKey={({ at, state }) => `${at} ${state}`}
      virtualHeight="20rem"
    />
  );
}

function BreakerStateTag({ state }: { readonly state: Breaker['state'] }): ReactNode {
  const { webhooks } = useTexts();
  return (
    <Tag tone={TONES[state]} hasDot>
      {webhooks.breaker[state]}
    </Tag>
  );
}
