export type ActorKind = 'api-key' | 'user' | 'receiver' | 'system';

/** Who did something, as people look for it. */
export interface Actor {
  readonly kind: ActorKind;
  /** Of the API key or of the user. */
  readonly id?: string;
}

/** Of the journal's `api-key:<id>`, `jwt:<subject>`, `development-user:<id>`, `receiver`, and whatever runs by itself. */
export function actorOf(text: string): Actor {
  const [, scheme, id] = /^([a-z-]+):(.*)$/s.exec(text) ?? [undefined, text, undefined];
  switch (scheme) {
    case 'api-key':
      return { kind: 'api-key', ...(id !== undefined && { id }) };
    case 'jwt':
    case 'development-user':
      return { kind: 'user', ...(id !== undefined && { id }) };
    case 'receiver':
      return { kind: 'receiver' };
    default:
      return { kind: 'system' };
  }
}
