import { useEffect, useState, type ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import type { CodeLanguage, CodeToken } from './highlight.ts';
import './code-view.css';

export interface CodeViewProps {
  /** What it is; read aloud, and named by the copy button. */
  readonly label: string;
  /** Shown as it is, never as HTML. */
  readonly code: string;
  readonly language?: CodeLanguage;
  /** A copy may hold more than is shown, such as a key that is masked on the screen. */
  readonly copyText?: string;
  readonly isWrapped?: boolean;
}

export function CodeView({ label, code, language = 'text', copyText, isWrapped = false }: CodeViewProps): ReactNode {
  const tokens = useTokens(code, language);
  return (
    <figure className="code" aria-label={label}>
      <div className="code__copy">
        <CopyButton text={copyText ?? code} label={label} />
      </div>
      {/* Long code is scrolled with the keyboard too. */}
      <pre
        className={`code__text${isWrapped ? ' code__text--wrapped' : ''}`}
        tabIndex={0}
        role="group"
        aria-label={label}
      >
        <code>
          {tokens.map(({ text, kind }, index) =>
            kind === undefined ? (
              text
            ) : (
              <span key={index} className={`code__${kind}`}>
                {text}
              </span>
            ),
          )}
        </code>
      </pre>
    </figure>
  );
}

/** Plain text at first; colours come when their code is there. */
function useTokens(code: string, language: CodeLanguage): readonly CodeToken[] {
  const [coloured, setColoured] = useState<{ readonly code: string; readonly tokens: readonly CodeToken[] }>();
  useEffect(() => {
    if (language === 'text') return undefined;
    let isWanted = true;
    void import('./highlight.ts').then(({ highlight }) => {
      if (isWanted) setColoured({ code, tokens: highlight(code, language) });
    });
    return () => {
      isWanted = false;
    };
  }, [code, language]);
  return coloured?.code === code ? coloured.tokens : [{ text: code }];
}
