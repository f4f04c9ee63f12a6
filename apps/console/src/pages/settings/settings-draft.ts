import { createContext, use } from 'react';
import type { Versioned } from '../../api/api-client.ts';
import type { Webhook } from '../../webhooks/webhook.queries.ts';
import type { SettingsValues, WebhookChange } from './settings-values.ts';
import type { SaveSettings } from './use-save-settings.ts';

export interface SettingsDraft {
  /** What the form began with. */
  readonly base: Versioned<Webhook>;
  readonly values: SettingsValues;
  /** What a save would send; undefined while nothing differs. */
  readonly change: WebhookChange | undefined;
  readonly save: SaveSettings;
}

export const SettingsDraftContext = createContext<SettingsDraft | undefined>(undefined);

/** The settings as they stand in the form, saved or not: the test tab sends them too. */
export function useSettingsDraft(): SettingsDraft {
  const draft = use(SettingsDraftContext);
  if (draft === undefined) throw new Error('useSettingsDraft is used outside of SettingsForm');
  return draft;
}
