// What other slices may know of access.
export * from './authenticator.port.ts';
export * from './domain/principal.ts';
export * from './require-scope.ts';
