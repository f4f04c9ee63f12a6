import type { ReactNode } from 'react';
import './sparkline.css';

export interface SparklineProps {
  /** What it shows, with its figures: a picture alone says nothing to who cannot see it. */
  readonly label: string;
  readonly values: readonly number[];
}

const WIDTH = 96;
const HEIGHT = 24;

/** A line as high as a text; from 0, so that little looks little. */
export function Sparkline({ label, values }: SparklineProps): ReactNode {
  const highest = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(HEIGHT - 1 - (value / highest) * (HEIGHT - 3)).toFixed(1)}`,
  );
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <polygon className="sparkline__area" points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline className="sparkline__line" points={points.join(' ')} />
    </svg>
  );
}
