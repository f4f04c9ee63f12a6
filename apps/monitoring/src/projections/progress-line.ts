const WIDTH = 30;

/** One line of a progress bar, as `[######      ]  45 %  1,234 of 2,742 records, 310/s`. */
export function progressLine(done: number, total: number, elapsedMs: number): string {
  const share = total === 0 ? 1 : done / total;
  const filled = Math.round(share * WIDTH);
  const bar = '#'.repeat(filled).padEnd(WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  const rate = elapsedMs === 0 ? 0 : Math.round(done / (elapsedMs / 1_000));
  const [counted, all] = [done, total].map((count) => count.toLocaleString('en-US'));
  return `[${bar}] ${percent} %  ${counted} of ${all} records, ${rate.toLocaleString('en-US')}/s`;
}
