import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { CodeView } from '../../ui/code-view.tsx';
import type { TimelineEntry } from './deliveries.query.ts';
import { HeaderTable } from './header-table.tsx';

/** What an endpoint answered: always as text, never as HTML. */
export function AttemptAnswer({ answer }: { readonly answer: NonNullable<TimelineEntry['answer']> }): ReactNode {
  const { requests } = useTexts();
  const json = prettyJson(answer.body);
  return (
    <div className="stack-small">
      {answer.headers !== undefined && <HeaderTable label={requests.answerHeaders} headers={answer.headers} />}
      {answer.body === '' ? (
        <p className="soft small">{requests.emptyAnswer}</p>
      ) : (
        <CodeView
          label={requests.answerBody}
          code={json ?? answer.body}
          language={json === undefined ? 'text' : 'json'}
          copyText={answer.body}
          isWrapped
        />
      )}
      {answer.truncated && <p className="soft small">{requests.answerCut}</p>}
    </div>
  );
}

/** Undefined for what is no JSON object or list. */
function prettyJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : undefined;
  } catch {
    return undefined;
  }
}
