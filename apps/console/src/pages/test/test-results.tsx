import type { ReactNode } from 'react';
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { ChevronRight } from 'lucide-react';
import type { Schemas } from '../../api/api-client.ts';
import type { Texts } from '../../texts/texts.ts';
import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { CodeView } from '../../ui/code-view.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { adviceOf } from '../../webhooks/failure-advice.ts';
import { prettyText } from '../../webhooks/pretty-text.ts';

type TestResult = Schemas['TestResults']['results'][number];

export function TestResults({ results }: { readonly results: readonly TestResult[] }): ReactNode {
  const texts = useTexts();
  const { test } = texts;
  const passed = results.filter(({ ok }) => ok).length;
  // What all failed by is said once, above them.
  const [advice, ...others] = new Set(results.filter(({ ok }) => !ok).map((result) => adviceFor(result, texts)));
  const isShared = advice !== undefined && others.length === 0 && results.length - passed > 1;
  return (
    <Card title={test.resultsTitle}>
      <p role="status">{test.passed(passed, results.length)}</p>
      {isShared && <Notice tone="bad">{advice}</Notice>}
      <ul className="test__results">
        {results.map((result) => (
          <li key={result.event}>
            <Result result={result} isOpenAtFirst={results.length === 1 || !result.ok} isAdvising={!isShared} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

const adviceFor = ({ errorClass, response }: TestResult, texts: Texts): string =>
  adviceOf({ errorClass, statusCode: response?.statusCode }, texts);

interface ResultProps {
  readonly result: TestResult;
  readonly isOpenAtFirst: boolean;
  /** What to do about a failure is said here. */
  readonly isAdvising: boolean;
}

function Result({ result, isOpenAtFirst, isAdvising }: ResultProps): ReactNode {
  const texts = useTexts();
  const { test } = texts;
  const language = useLanguage();
  const { event, ok, response, request, durationMs, error } = result;
  const duration = new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(durationMs);
  return (
    <Disclosure className="test-result" defaultExpanded={isOpenAtFirst}>
      <Heading level={3} className="test-result__head">
        <AriaButton slot="trigger" className="test-result__trigger" aria-label={test.show(event)}>
          <ChevronRight className="test-result__chevron" size={16} aria-hidden />
          <span className="cut">{event}</span>
        </AriaButton>
        <span className="row push">
          {response !== undefined && <code>{response.statusCode}</code>}
          <span className="soft small">{test.duration(duration)}</span>
          <Tag tone={ok ? 'good' : 'bad'} hasDot>
            {ok ? test.ok : test.failed}
          </Tag>
        </span>
      </Heading>
      <DisclosurePanel>
        <div className="test-result__panel">
          {!ok && (isAdvising || error !== undefined) && (
            <Notice tone="bad" {...(error !== undefined && { title: error })}>
              {isAdvising ? adviceFor(result, texts) : undefined}
            </Notice>
          )}
          {response !== undefined && <Answer body={response.body} />}
          <h4>{test.signature}</h4>
          <CodeView label={test.signature} code={signaturesOf(request.headers)} isWrapped />
          <h4>{test.headers}</h4>
          <CodeView label={test.headers} code={linesOf(request.headers)} isWrapped />
          <h4>{test.body}</h4>
          <CodeView label={test.body} code={JSON.stringify(request.body, null, 2)} language="json" />
        </div>
      </DisclosurePanel>
    </Disclosure>
  );
}

function Answer({ body }: { readonly body: string }): ReactNode {
  const { test } = useTexts();
  const pretty = prettyText(body);
  return (
    <>
      <h4>{test.answer}</h4>
      {body === '' ? (
        <p className="soft">{test.emptyAnswer}</p>
      ) : (
        <CodeView label={test.answer} code={pretty.text} language={pretty.isJson ? 'json' : 'text'} isWrapped />
      )}
    </>
  );
}

const linesOf = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

function signaturesOf(headers: Readonly<Record<string, string>>): string {
  const isSignature = (name: string): boolean => /^(logto-signature|webhook-)/i.test(name);
  return linesOf(Object.fromEntries(Object.entries(headers).filter(([name]) => isSignature(name))));
}
