export interface NameFound {
  readonly kind: 'found';
  /** Every address that is known, IPv4 before IPv6; at least one. None has been judged. */
  readonly addresses: readonly string[];
}

export interface NameFailed {
  readonly kind: 'failed';
  /** Of c-ares, such as ENOTFOUND; for operators. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  /** No name server of ours works, so that nothing is known about the name. */
  readonly isOwnFault: boolean;
}

export type LookupResult = NameFound | NameFailed;

export interface NameResolver {
  /** `done` is called exactly once, never before `lookup` returns. */
  lookup(hostname: string, done: (result: LookupResult) => void): void;
  /** Whether no name server has given any sign of life since the lookup of this name, still under way, began. */
  isSilentAbout(hostname: string): boolean;
  /** Ends every lookup under way as an own fault. */
  close(): void;
}
