import type { Texts } from '../../texts/texts.ts';
import type { SettingsPart } from './settings-merge.ts';
import type { SettingsValues } from './settings-values.ts';

const NOTHING = '–';

/** What a part is set to, in words: whoever chooses between two that differ sees in what. */
export function describePart(part: SettingsPart, values: SettingsValues, { settings, common }: Texts): string {
  switch (part) {
    case 'name':
      return values.name;
    case 'url':
      return values.url;
    case 'events':
      return values.events.join(', ');
    case 'headers':
      return values.headers.map(({ name, value }) => `${name}: ${value}`).join(', ') || NOTHING;
    case 'retries':
      return describeRetries(values, settings);
    case 'timeout':
      return `${values.timeoutSeconds} s`;
    case 'rateLimit':
      return Number.isNaN(values.rateLimitPerSecond) ? NOTHING : `${values.rateLimitPerSecond}/s`;
    case 'ed25519':
      return values.ed25519 ? common.yes : common.no;
  }
}

function describeRetries(values: SettingsValues, settings: Texts['settings']): string {
  const mode = settings.retryModes[values.retryMode];
  switch (values.retryMode) {
    case 'default':
      return mode;
    case 'count':
      return `${mode}: ${values.retries}`;
    case 'policy':
      return `${mode}: ${values.delays}; ${settings.presets[values.preset]}; ${settings.maxAge} ${values.maxAgeHours}`;
  }
}
