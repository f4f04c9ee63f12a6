import { set, type FieldErrors, type Resolver } from 'react-hook-form';
import type { Texts } from '../../texts/texts.ts';
import { fieldRulesOf } from '../../webhooks/field-rules.ts';
import { areDelaysRight, areRetriesRight, isMaxAgeRight, isRateLimitRight, isTimeoutRight } from './delivery-rules.ts';
import { headerFaultOf } from './header-rules.ts';
import type { SettingsValues } from './settings-values.ts';

/** What is wrong with the settings, in words, by the path of the field. Nothing is said of what is not sent. */
export function settingsFaultsOf(values: SettingsValues, texts: Texts): Readonly<Record<string, string>> {
  const { settings } = texts;
  const { name, url, events } = fieldRulesOf(texts);
  const told: (readonly [path: string, isRight: string | true])[] = [
    ['name', name(values.name)],
    ['url', url(values.url)],
    ['events', events(values.events)],
    ['timeoutSeconds', isTimeoutRight(values.timeoutSeconds) || settings.timeoutBad],
    ['rateLimitPerSecond', isRateLimitRight(values.rateLimitPerSecond) || settings.rateLimitBad],
  ];
  if (values.retryMode === 'count') told.push(['retries', areRetriesRight(values.retries) || settings.retriesBad]);
  if (values.retryMode === 'policy') {
    told.push(['delays', areDelaysRight(values.delays) || settings.delaysBad]);
    told.push(['maxAgeHours', isMaxAgeRight(values.maxAgeHours, values.delays) || settings.maxAgeBad]);
  }
  for (const index of values.headers.keys()) {
    const fault = headerFaultOf(values.headers, index);
    if (fault === undefined) continue;
    told.push([`headers.${index}.${fault === 'valueBad' ? 'value' : 'name'}`, settings.headerFaults[fault]]);
  }
  return Object.fromEntries(told.filter((entry): entry is [string, string] => entry[1] !== true));
}

/** All values are looked at, also while the tab with their fields is not open: rules at the fields would then be passed over. */
export const settingsResolver =
  (texts: Texts): Resolver<SettingsValues> =>
  (values) => {
    const faults = Object.entries(settingsFaultsOf(values, texts));
    if (faults.length === 0) return { values, errors: {} };
    const errors: FieldErrors<SettingsValues> = {};
    for (const [path, message] of faults) set(errors, path, { type: 'validate', message });
    return { values: {}, errors };
  };
