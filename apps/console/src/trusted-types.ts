/**
 * The page's policy lets nothing become HTML from a text, and stops a script that tries. React Aria empties what it reads aloud
 * by `innerHTML = ''`: the empty text is let through, and every other one stays refused.
 */
export function allowEmptyHtml(): void {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypePolicyFactory };
  trustedTypes?.createPolicy('default', { createHTML: (html) => (html === '' ? html : null) });
}

/** As far as it is used (https://www.w3.org/TR/trusted-types/); a browser without it refuses nothing. */
interface TrustedTypePolicyFactory {
  createPolicy(name: string, rules: { readonly createHTML: (html: string) => string | null }): unknown;
}
