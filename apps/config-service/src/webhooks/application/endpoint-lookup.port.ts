/** Looks at what a URL's host resolves to, within a second. */
export interface EndpointLookup {
  /**
   * Why the URL is refused, for the person who set it; undefined where its addresses are all right, or where the name does
   * not resolve yet: the check at connect time decides.
   */
  refusalOf(url: string): Promise<string | undefined>;
}
