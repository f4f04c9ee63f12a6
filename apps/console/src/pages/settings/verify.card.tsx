import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { CodeView } from '../../ui/code-view.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Tabs } from '../../ui/tabs.tsx';

/** Code that is ready to verify requests; it is loaded when it is first shown. */
export function VerifyCard(): ReactNode {
  const { settings } = useTexts();
  const samples = useQuery({
    queryKey: ['samples'],
    queryFn: async () => (await import('../../samples/samples.ts')).SAMPLES,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Card title={settings.verify} description={settings.verifyLead}>
      <Loaded query={samples}>
        {(all) => (
          <Tabs
            label={settings.verify}
            entries={all.map(({ id, label, language, code }) => ({
              id,
              label,
              content: <CodeView label={settings.sample(label)} code={code} language={language} />,
            }))}
          />
        )}
      </Loaded>
    </Card>
  );
}
