/**
 * kafkajs 2.2.4 computes negative timeouts, for which Node prints a `TimeoutNegativeWarning` once per process. Dropped by
 * its name; every other warning passes.
 */
const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;

const nameOf = (args: readonly unknown[]): unknown => {
  const [warning, second] = args;
  if (warning instanceof Error) return warning.name;
  return typeof second === 'object' && second !== null ? (second as { type?: unknown }).type : second;
};

process.emitWarning = (...args: unknown[]): void => {
  if (nameOf(args) !== 'TimeoutNegativeWarning') emitWarning(...args);
};
