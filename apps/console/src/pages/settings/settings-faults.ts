import type { Texts } from '../../texts/texts.ts';
import { basicFaultsOf } from '../../webhooks/field-rules.ts';
import { areDelaysRight, areRetriesRight, isMaxAgeRight, isRateLimitRight, isTimeoutRight } from './delivery-rules.ts';
import { headerFaultOf } from './header-rules.ts';
import type { SettingsValues } from './settings-values.ts';

/** What is wrong with the settings, in words, by the path of the field. Nothing is said of what is not sent. */
export function settingsFaultsOf(values: SettingsValues, texts: Texts): Readonly<Record<string, string>> {
  const { settings } = texts;
  const told: (readonly [path: string, isRight: string | true])[] = [
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
  const wrong = told.filter((entry): entry is [string, string] => entry[1] !== true);
  return { ...basicFaultsOf(values, texts), ...Object.fromEntries(wrong) };
}
