import { useMutation } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Checkbox } from '../../ui/choice.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { Fieldset } from '../../ui/fieldset.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useDetailsTitle } from '../details/details-title.ts';
import { useSettingsDraft } from '../settings/settings-draft.ts';
import { configOf } from '../settings/settings-values.ts';
import { TestResults } from './test-results.tsx';
import './test.css';

export function TestPage(): ReactNode {
  return (
    <ScopeGate scope="webhooks:write">
      <TestTab />
    </ScopeGate>
  );
}

function TestTab(): ReactNode {
  const texts = useTexts();
  const { test } = texts;
  const { base, values, change } = useSettingsDraft();
  const { id, name, config } = base.value;
  useDetailsTitle(texts.details.tabs.test, name);
  const [chosen, setChosen] = useState<readonly string[]>(() => values.events.slice(0, 1));
  const events = values.events.filter((event) => chosen.includes(event));
  const send = useMutation({
    mutationFn: async () =>
      bodyOf(
        api.POST('/api/hooks/{id}/test', {
          params: { path: { id }, header: { Prefer: 'return=representation' } },
          body: { events, config: configOf(values, config) },
        }),
      ),
  });
  const areAllChosen = events.length === values.events.length;
  return (
    <div className="stack">
      <Card title={test.title} description={test.lead}>
        {change !== undefined && <Notice>{test.unsaved}</Notice>}
        <p className="test__url">
          <span className="soft">{test.to}</span> <code>{values.url}</code>
        </p>
        <Fieldset legend={test.events}>
          <Checkbox
            isSelected={areAllChosen}
            isIndeterminate={events.length > 0 && !areAllChosen}
            onChange={(isAll) => setChosen(isAll ? values.events : [])}
          >
            {test.all}
          </Checkbox>
          <div className="test__events">
            {values.events.map((event) => (
              <Checkbox
                key={event}
                isSelected={events.includes(event)}
                onChange={(isChosen) =>
                  setChosen(isChosen ? [...chosen, event] : chosen.filter((each) => each !== event))
                }
              >
                {event}
              </Checkbox>
            ))}
          </div>
        </Fieldset>
        {events.length === 0 && <p className="soft">{test.none}</p>}
        <div>
          <Button
            kind="primary"
            icon={<Send size={16} aria-hidden />}
            isDisabled={events.length === 0}
            isPending={send.isPending}
            onPress={() => send.mutate()}
          >
            {test.send(events.length)}
          </Button>
        </div>
        {send.error !== null && <ErrorNotice error={send.error} />}
      </Card>
      {send.data !== undefined && !send.isPending && <TestResults results={send.data.results} />}
    </div>
  );
}
