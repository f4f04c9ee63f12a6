export * from './address-rules.ts';
export * from './event-catalogue.ts';
export * from './event-samples.ts';
export * from './header-rules.ts';
export * from './ids.ts';
export * from './published-event.ts';
export * from './url-rules.ts';
