/** Why a URL is refused. */
export interface EndpointRefusal {
  /** Of contract.md section 6, such as `address:private`. */
  readonly rule: string;
  /** For the person who set the URL. */
  readonly why: string;
}

/** Looks at what a URL's host resolves to, within a second. */
export interface EndpointLookup {
  /**
   * Undefined where the URL's addresses are all right, or where the name does not resolve yet: the check at connect time
   * decides.
   */
  refusalOf(url: string): Promise<EndpointRefusal | undefined>;
}
