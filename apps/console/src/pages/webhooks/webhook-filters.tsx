import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Select } from '../../ui/choice.tsx';
import { SearchField } from '../../ui/field.tsx';
import { useTypedText } from '../../ui/use-typed-text.ts';
import { eventTypesQuery } from '../../webhooks/webhook.queries.ts';
import { DEFAULT_SORT, HEALTHS, SORTS, type ListSearch } from './list-search.ts';

export interface WebhookFiltersProps {
  readonly search: ListSearch;
  readonly onChange: (change: ListSearch) => void;
}

const ALL = 'all';

export function WebhookFilters({ search, onChange }: WebhookFiltersProps): ReactNode {
  const { webhooks } = useTexts();
  const { data: eventTypes = [] } = useQuery(eventTypesQuery);
  const [text, setText] = useTypedText(search.search ?? '', (value) => onChange({ search: value || undefined }));
  return (
    <search className="row filters">
      <SearchField label={webhooks.search} value={text} onChange={setText} />
      <Select
        label={webhooks.events}
        isLabelHidden
        value={search.event ?? ALL}
        options={[
          { value: ALL, label: webhooks.allEvents },
          ...eventTypes.map(({ name }) => ({ value: name, label: name })),
        ]}
        onChange={(value) => onChange({ event: value === ALL ? undefined : value })}
      />
      <Select
        label={webhooks.health}
        isLabelHidden
        value={search.health ?? ALL}
        options={[
          { value: ALL, label: webhooks.allHealths },
          ...HEALTHS.map((value) => ({ value, label: webhooks.healths[value] })),
        ]}
        onChange={(value) => onChange({ health: value === ALL ? undefined : value })}
      />
      <Select
        label={webhooks.state}
        isLabelHidden
        value={search.enabled ?? ALL}
        options={[
          { value: ALL, label: webhooks.allStates },
          { value: 'true', label: webhooks.enabled },
          { value: 'false', label: webhooks.disabled },
        ]}
        onChange={(value) => onChange({ enabled: value === ALL ? undefined : value })}
      />
      <div className="filters__sort">
        <Select
          label={webhooks.sort}
          isLabelHidden
          value={search.sort ?? DEFAULT_SORT}
          options={SORTS.map((value) => ({ value, label: webhooks.sorts[value] }))}
          onChange={(sort) => onChange({ sort })}
        />
      </div>
    </search>
  );
}
