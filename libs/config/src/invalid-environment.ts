/** One thing that is wrong with the environment. */
export interface EnvironmentFault {
  readonly variable: string;
  /** What is wrong; never the value of a secret. */
  readonly why: string;
  /** What would be right. */
  readonly expected: string;
}

/** The process cannot start with these variables. Its message names every fault at once; exit with {@link EX_CONFIG}. */
export class InvalidEnvironment extends Error {
  readonly code = 'config.invalid_environment';
  readonly faults: readonly EnvironmentFault[];

  constructor(faults: readonly EnvironmentFault[]) {
    const lines = faults.map((fault) => `  ${fault.variable}: ${fault.why}; expected ${fault.expected}`);
    super(`The environment is invalid:\n${lines.join('\n')}`);
    this.name = 'InvalidEnvironment';
    this.faults = faults;
  }
}
