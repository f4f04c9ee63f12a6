// What other slices may know of access.
export * from './admit.ts';
export * from './authenticator.port.ts';
export * from './domain/principal.ts';
export * from './require-scope.ts';
