import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Select } from '../../ui/choice.tsx';
import { SearchField } from '../../ui/field.tsx';
import { eventTypesQuery } from '../../webhooks/webhook.queries.ts';
import { HEALTHS, type ListSearch } from './list-search.ts';

export interface WebhookFiltersProps {
  readonly search: ListSearch;
  readonly onChange: (change: ListSearch) => void;
}

const ALL = 'all';
const TYPING_MS = 250;

export function WebhookFilters({ search, onChange }: WebhookFiltersProps): ReactNode {
  const { webhooks } = useTexts();
  const { data: eventTypes = [] } = useQuery(eventTypesQuery);
  const [text, setText] = useTypedSearch(search.search ?? '', (value) => onChange({ search: value || undefined }));
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
    </search>
  );
}

/** What is typed is shown at once, and told when the person pauses. */
function useTypedSearch(told: string, tell: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(told);
  const [lastTold, setLastTold] = useState(told);
  if (told !== lastTold) {
    setLastTold(told);
    setText(told);
  }
  useEffect(() => {
    if (text === told) return undefined;
    const timer = setTimeout(() => tell(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, told, tell]);
  return [text, setText];
}
