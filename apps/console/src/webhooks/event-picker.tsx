import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { IconButton } from '../ui/button.tsx';
import { Checkbox } from '../ui/choice.tsx';
import { CodeView } from '../ui/code-view.tsx';
import { SearchField } from '../ui/field.tsx';
import { Fieldset } from '../ui/fieldset.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Tag } from '../ui/tag.tsx';
import { groupsOf, withChosen, type EventGroup } from './event-groups.ts';
import { eventTypesQuery, type EventType } from './webhook.queries.ts';
import './event-picker.css';

export interface EventPickerProps {
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
}

/** Events by group, each with what it means and what is sent. */
export function EventPicker(props: EventPickerProps): ReactNode {
  const { create } = useTexts();
  const types = useQuery(eventTypesQuery);
  const [search, setSearch] = useState('');
  return (
    <Fieldset legend={create.events} isRequired error={props.error}>
      <div className="row events__bar">
        {/* Enter searches, which it does already, and does not send the form around it. */}
        <SearchField label={create.searchEvents} value={search} onChange={setSearch} onSubmit={() => undefined} />
        <span className="soft small push" role="status">
          {create.eventsChosen(props.value.length, types.data?.length ?? 0)}
        </span>
      </div>
      <Loaded query={types}>
        {(known) => {
          const groups = groupsOf(known, props.value, search);
          return (
            <div className="events__groups">
              {groups.length === 0 && <p className="soft events__none">{create.noEvents}</p>}
              {groups.map((group) => (
                <Group key={group.name} group={group} {...props} />
              ))}
            </div>
          );
        }}
      </Loaded>
    </Fieldset>
  );
}

function Group({
  group,
  value,
  onChange,
  isDisabled = false,
}: EventPickerProps & { readonly group: EventGroup }): ReactNode {
  const { create } = useTexts();
  const names = group.types.map(({ name }) => name);
  const chosen = names.filter((name) => value.includes(name)).length;
  return (
    <div className="events__group" role="group" aria-label={group.name}>
      <div className="events__head">
        <Checkbox
          aria-label={create.allOf(group.name)}
          isSelected={chosen === names.length}
          isIndeterminate={chosen > 0 && chosen < names.length}
          isDisabled={isDisabled}
          onChange={(isSelected) => onChange(withChosen(value, names, isSelected))}
        >
          <strong>{group.name}</strong>
        </Checkbox>
      </div>
      {group.types.map((type) => (
        <EventRow
          key={type.name}
          type={type}
          isSelected={value.includes(type.name)}
          isDisabled={isDisabled}
          onChange={(isSelected) => onChange(withChosen(value, [type.name], isSelected))}
        />
      ))}
    </div>
  );
}

interface EventRowProps {
  readonly type: EventType;
  readonly isSelected: boolean;
  readonly isDisabled: boolean;
  readonly onChange: (isSelected: boolean) => void;
}

function EventRow({ type, isSelected, isDisabled, onChange }: EventRowProps): ReactNode {
  const { create } = useTexts();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="events__row">
      <div className="events__line">
        <Checkbox isSelected={isSelected} onChange={onChange} isDisabled={isDisabled} aria-label={type.name}>
          <span className="events__name">
            {type.name} {type.deprecated && <Tag tone="warn">{create.deprecated}</Tag>}
          </span>
          <span className="events__description">{type.description}</span>
        </Checkbox>
        <IconButton
          size="small"
          label={create.example(type.name)}
          aria-expanded={isOpen}
          icon={isOpen ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
          onPress={() => setIsOpen(!isOpen)}
        />
      </div>
      {isOpen && (
        <CodeView label={create.example(type.name)} code={JSON.stringify(type.example, null, 2)} language="json" />
      )}
    </div>
  );
}
