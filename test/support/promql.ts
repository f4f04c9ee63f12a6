import { parser } from '@prometheus-io/lezer-promql';

/** What a PromQL expression asks for. */
export interface AskedFor {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
  /** What labels are to be equal to, selector by selector: `{kind="deferred"}` is `{ kind: 'deferred' }`. */
  readonly wanted: readonly Readonly<Record<string, string>>[];
}

/** Metrics and labels of an expression, read by Prometheus's own grammar. Throws where it is no PromQL. */
export function askedForBy(expression: string): AskedFor {
  // Grafana's variable stands for a duration.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const metrics: string[] = [];
  const labels: string[] = [];
  const wanted: Record<string, string>[] = [];
  parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${text}`);
      const own = text.slice(node.from, node.to);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') metrics.push(own);
      if (node.name === 'LabelName') labels.push(own);
      if (node.name === 'VectorSelector') wanted.push({});
      const label = node.node.parent?.getChild('LabelName');
      const operator = node.node.parent?.getChild('MatchOp');
      if (node.name === 'StringLiteral' && label && operator && text.slice(operator.from, operator.to) === '=') {
        wanted.at(-1)![text.slice(label.from, label.to)] = own.slice(1, -1);
      }
    },
  });
  return { metrics, labels, wanted };
}
