import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { CodeView } from '../../ui/code-view.tsx';
import { prettyText } from '../../webhooks/pretty-text.ts';
import type { TimelineEntry } from './deliveries.query.ts';
import { HeaderTable } from './header-table.tsx';

/** What an endpoint answered: always as text, never as HTML. */
export function AttemptAnswer({ answer }: { readonly answer: NonNullable<TimelineEntry['answer']> }): ReactNode {
  const { requests } = useTexts();
  const pretty = prettyText(answer.body);
  return (
    <div className="stack-small">
      {answer.headers !== undefined && <HeaderTable label={requests.answerHeaders} headers={answer.headers} />}
      {answer.body === '' ? (
        <p className="soft small">{requests.emptyAnswer}</p>
      ) : (
        <CodeView
          label={requests.answerBody}
          code={pretty.text}
          language={pretty.isJson ? 'json' : 'text'}
          copyText={answer.body}
          isWrapped
        />
      )}
      {answer.truncated && <p className="soft small">{requests.answerCut}</p>}
    </div>
  );
}
