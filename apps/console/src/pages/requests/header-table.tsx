import type { ReactNode } from 'react';

export interface HeaderTableProps {
  readonly label: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function HeaderTable({ label, headers }: HeaderTableProps): ReactNode {
  return (
    <dl className="headers mono" aria-label={label}>
      {Object.entries(headers).map(([name, value]) => (
        <div key={name} className="headers__row">
          <dt className="soft">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
