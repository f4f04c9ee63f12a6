import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { DataTable, type Column } from '../../ui/data-table.tsx';
import type { WebhookHealth } from './health.query.ts';

type ErrorClass = WebhookHealth['errorClasses'][number];

export interface ErrorClassesProps {
  readonly webhookId: string;
  readonly health: Pick<WebhookHealth, 'errorClasses' | 'failed' | 'open'>;
}

/** What goes wrong and how often: the bars are in the table itself. Absent where failures are not told apart. */
export function ErrorClasses({ webhookId, health }: ErrorClassesProps): ReactNode {
  const { health: texts, requests } = useTexts();
  const language = useLanguage();
  const known: Readonly<Record<string, string>> = requests.errorClasses;
  const advice: Readonly<Record<string, string>> = requests.errorAdvice;
  const { errorClasses: classes, failed, open } = health;
  const total = classes.reduce((sum, { attempts }) => sum + attempts, 0);
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const columns: readonly Column<ErrorClass>[] = [
    {
      id: 'class',
      header: texts.errorClass,
      isName: true,
      cell: (row) => (
        <div className="error-class">
          <span>{known[row.class] ?? row.class}</span>
          <span className="soft small">{advice[row.class]}</span>
        </div>
      ),
    },
    {
      id: 'attempts',
      header: texts.attempts,
      align: 'end',
      width: '8rem',
      cell: ({ attempts }) => new Intl.NumberFormat(language).format(attempts),
    },
    {
      id: 'share',
      header: texts.share,
      width: '14rem',
      cell: ({ attempts }) => (
        <div className="share">
          <span className="share__bar" aria-hidden>
            <span className="share__part" style={{ width: `${(attempts / total) * 100}%` }} />
          </span>
          <span className="share__text">{percent.format(attempts / total)}</span>
        </div>
      ),
    },
  ];
  if (classes.length === 0 && failed + open > 0) return null;
  const toFailed = (
    <Link to="/webhooks/$id/requests" params={{ id: webhookId }} search={{ state: 'failed' }}>
      {texts.showFailed}
    </Link>
  );
  return (
    <Card title={texts.errors} description={texts.errorsHint} actions={toFailed}>
      {classes.length === 0 ? (
        <p className="soft">{texts.noErrors}</p>
      ) : (
        <DataTable label={texts.errors} columns={columns} rows={classes} rowKey={(row) => row.class} />
      )}
    </Card>
  );
}
