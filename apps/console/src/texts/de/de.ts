import type { Texts } from '../texts.ts';
import { common } from './common.ts';
import { create } from './create.ts';
import { details } from './details.ts';
import { errors } from './errors.ts';
import { health } from './health.ts';
import { history } from './history.ts';
import { keys } from './keys.ts';
import { layout } from './layout.ts';
import { ops } from './ops.ts';
import { requests } from './requests.ts';
import { session } from './session.ts';
import { settings } from './settings.ts';
import { test } from './test.ts';
import { webhooks } from './webhooks.ts';

export const de: Texts = {
  common,
  create,
  details,
  errors,
  health,
  history,
  keys,
  layout,
  ops,
  requests,
  session,
  settings,
  test,
  webhooks,
};
