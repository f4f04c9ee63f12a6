import { useState, type ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { RadioGroup } from '../../ui/choice.tsx';
import { describePart } from './part-description.ts';
import { mergedValues, mergeOf, type SettingsPart } from './settings-merge.ts';
import type { SettingsValues } from './settings-values.ts';

export interface MergeDialogProps {
  readonly base: SettingsValues;
  readonly mine: SettingsValues;
  readonly theirs: SettingsValues;
  readonly onMerged: (values: SettingsValues) => void;
  readonly onClose: () => void;
}

/** Two people changed a webhook: what each changed alone is kept, what both changed is chosen. */
export function MergeDialog({ base, mine, theirs, onMerged, onClose }: MergeDialogProps): ReactNode {
  const texts = useTexts();
  const { settings } = texts;
  const [chosen, setChosen] = useState<readonly SettingsPart[]>([]);
  const merge = mergeOf(base, mine, theirs);
  const namesOf = (parts: readonly SettingsPart[]): string => parts.map((part) => settings.parts[part]).join(', ');
  return (
    <ConfirmDialog
      title={settings.mergeTitle}
      description={settings.mergeLead}
      isOpen
      size="normal"
      onClose={onClose}
      confirmLabel={settings.mergeApply}
      onConfirm={() => onMerged(mergedValues(merge, mine, theirs, chosen))}
    >
      <div className="stack">
        {merge.conflicts.map((part) => (
          <RadioGroup
            key={part}
            label={settings.parts[part]}
            value={chosen.includes(part) ? 'mine' : 'theirs'}
            options={[
              { value: 'theirs', label: settings.mergeTakeTheirs, description: describePart(part, theirs, texts) },
              { value: 'mine', label: settings.mergeKeepMine, description: describePart(part, mine, texts) },
            ]}
            onChange={(value) =>
              setChosen(value === 'mine' ? [...chosen, part] : chosen.filter((each) => each !== part))
            }
          />
        ))}
        {merge.theirs.length > 0 && (
          <p>
            {settings.mergeTheirs} <strong>{namesOf(merge.theirs)}</strong>
          </p>
        )}
        {merge.mine.length > 0 && (
          <p>
            {settings.mergeMine} <strong>{namesOf(merge.mine)}</strong>
          </p>
        )}
      </div>
    </ConfirmDialog>
  );
}
