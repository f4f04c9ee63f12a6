import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DocumentedMetric {
  readonly type: string;
  readonly labels: readonly string[];
}

const root = join(import.meta.dirname, '../..');

/** The tables of metrics in docs/observability.md, by name. */
export function documentedMetrics(): ReadonlyMap<string, DocumentedMetric> {
  const page = readFileSync(join(root, 'docs/observability.md'), 'utf8');
  const rows = page.matchAll(/^\| `(signalbox_\w+)` +\| (\w+) +\| ([\w, ]*?) *\|/gm);
  return new Map(
    [...rows].map(([, name = '', type = '', labels = '']) => [
      name,
      { type, labels: labels.split(',').flatMap((label) => (label.trim() === '' ? [] : [label.trim()])) },
    ]),
  );
}
