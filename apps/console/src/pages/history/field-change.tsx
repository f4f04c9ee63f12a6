import type { ReactNode } from 'react';
import type { Schemas } from '../../api/api-client.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Time } from '../../ui/time.tsx';
import { describeField, describeValue } from './describe-change.ts';

type Change = Schemas['HistoryEntry']['changes'][number];

/** Unix ms: the only value of a history that is a time. */
const TIME_FIELD = 'replacedKeyHonouredUntil';

/** One field that was changed, before and after. */
export function FieldChange({ change: { field, from, to } }: { readonly change: Change }): ReactNode {
  const texts = useTexts();
  const { name, isRaw } = describeField(field, texts);
  return (
    <div>
      <dt className={isRaw ? 'mono' : undefined}>{name}</dt>
      <dd>
        {from !== undefined && (
          <del>
            <Value field={field} value={from} />
          </del>
        )}
        {to !== undefined ? (
          <ins>
            <Value field={field} value={to} />
          </ins>
        ) : (
          <span className="soft">{texts.history.nothing}</span>
        )}
      </dd>
    </div>
  );
}

function Value({ field, value }: { readonly field: string; readonly value: unknown }): ReactNode {
  const texts = useTexts();
  const language = useLanguage();
  if (field === TIME_FIELD && typeof value === 'number') return <Time atMs={value} />;
  return describeValue(field, value, texts, language);
}
