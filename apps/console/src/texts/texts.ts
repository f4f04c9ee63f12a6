import type { en } from './en/en.ts';

export type Texts = typeof en;

export const LANGUAGES = ['en'] as const;
export type Language = (typeof LANGUAGES)[number];
