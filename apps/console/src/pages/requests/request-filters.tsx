import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/choice.tsx';
import { SearchField } from '../../ui/field.tsx';
import { useTypedText } from '../../ui/use-typed-text.ts';
import { eventTypesQuery } from '../../webhooks/webhook.queries.ts';
import { LocalTimeField } from './local-time-field.tsx';
import {
  CUSTOM_PERIOD,
  isFiltered,
  NO_FILTER,
  PERIODS,
  STATES,
  STATUS_CLASSES,
  type RequestsFilter,
} from './requests-search.ts';

export interface RequestFiltersProps {
  readonly filter: RequestsFilter;
  readonly onChange: (change: RequestsFilter) => void;
  readonly actions: ReactNode;
}

const ALL = 'all';
const CHOICES = [...PERIODS, CUSTOM_PERIOD] as const;
const HOUR_MS = 3_600_000;

export function RequestFilters({ filter, onChange, actions }: RequestFiltersProps): ReactNode {
  const { requests } = useTexts();
  const { data: eventTypes = [] } = useQuery(eventTypesQuery);
  const isCustom = filter.period === CUSTOM_PERIOD || filter.from !== undefined || filter.to !== undefined;
  const choosePeriod = (value: (typeof CHOICES)[number]): void =>
    onChange(
      value === CUSTOM_PERIOD
        ? { period: value, from: String(startOfHourMs(Date.now() - HOUR_MS)), to: undefined }
        : { from: undefined, to: undefined, period: value === '24h' ? undefined : value },
    );
  return (
    <search className="requests__filters" aria-label={requests.filters}>
      <IdFilter id={filter.id ?? ''} onChange={onChange} />
      <Select
        label={requests.state}
        isLabelHidden
        value={filter.state ?? ALL}
        options={[
          { value: ALL, label: requests.anyState },
          ...STATES.map((value) => ({ value, label: requests.states[value] })),
        ]}
        onChange={(value) => onChange({ state: value === ALL ? undefined : value })}
      />
      <Select
        label={requests.event}
        isLabelHidden
        value={filter.event ?? ALL}
        options={[
          { value: ALL, label: requests.anyEvent },
          ...namesWith(eventTypes, filter.event).map((name) => ({ value: name, label: name })),
        ]}
        onChange={(value) => onChange({ event: value === ALL ? undefined : value })}
      />
      <Select
        label={requests.answer}
        isLabelHidden
        value={filter.answer ?? ALL}
        options={[
          { value: ALL, label: requests.anyAnswer },
          ...STATUS_CLASSES.map((value) => ({ value, label: requests.answers[value] })),
        ]}
        onChange={(value) => onChange({ answer: value === ALL ? undefined : value })}
      />
      <Select
        label={requests.period}
        isLabelHidden
        value={isCustom ? CUSTOM_PERIOD : (filter.period ?? '24h')}
        options={CHOICES.map((value) => ({ value, label: requests.periods[value] }))}
        onChange={choosePeriod}
      />
      {isCustom && (
        <>
          <LocalTimeField
            label={requests.from}
            atMs={filter.from}
            onChange={(from) => onChange({ from })}
            isEnd={false}
          />
          <LocalTimeField label={requests.to} atMs={filter.to} onChange={(to) => onChange({ to })} isEnd />
        </>
      )}
      {isFiltered(filter) && (
        <Button kind="quiet" onPress={() => onChange(NO_FILTER)}>
          {requests.clearFilters}
        </Button>
      )}
      <div className="requests__actions">{actions}</div>
    </search>
  );
}

/** An event that is not in the catalogue any more can still be asked for. */
function namesWith(types: readonly { readonly name: string }[], chosen: string | undefined): readonly string[] {
  const names = types.map(({ name }) => name);
  return chosen === undefined || names.includes(chosen) ? names : [chosen, ...names];
}

function startOfHourMs(atMs: number): number {
  return atMs - (atMs % HOUR_MS);
}

function IdFilter({ id, onChange }: { readonly id: string; readonly onChange: RequestFiltersProps['onChange'] }) {
  const { requests } = useTexts();
  const [text, setText] = useTypedText(id, (value) => onChange({ id: value || undefined }));
  return <SearchField label={requests.searchId} value={text} onChange={setText} />;
}
