export * from './identity-key.ts';
export * from './identity.ts';
export * from './issue-identity.ts';
export * from './verify-identity.ts';
