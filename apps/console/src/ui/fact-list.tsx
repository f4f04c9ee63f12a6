import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import './fact-list.css';

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
  /** For what a machine reads, such as an id: shown as code, with a button that copies it. */
  readonly copyText?: string;
  /** A line of its own. */
  readonly isWide?: boolean;
}

/** What is known of one thing, by name, in columns as wide as there is room for. */
export function FactList({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className="facts">
      {facts.map(({ label, value, copyText, isWide = false }) => (
        <div key={label} className={`facts__fact${isWide ? ' facts__fact--wide' : ''}`}>
          <dt className="soft small">{label}</dt>
          <dd className={copyText === undefined ? 'facts__value' : 'facts__value facts__value--code'}>
            {copyText === undefined ? value : <span className="mono">{value}</span>}
            {copyText !== undefined && <CopyButton text={copyText} label={label} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}
