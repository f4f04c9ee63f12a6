import { common } from './common.ts';
import { errors } from './errors.ts';
import { health } from './health.ts';
import { keys } from './keys.ts';
import { layout } from './layout.ts';
import { ops } from './ops.ts';
import { requests } from './requests.ts';
import { session } from './session.ts';
import { webhooks } from './webhooks.ts';

/** Every text of the page, by area. Another language is of the same type, so that none can be forgotten. */
export const en = { common, errors, health, keys, layout, ops, requests, session, webhooks };
