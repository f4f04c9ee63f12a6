import { Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Controller, useFieldArray, useFormContext } from 'react-hook-form';
import { ApiError } from '../../api/api-error.ts';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { headerFaultOf } from './header-rules.ts';
import { useSettingsDraft } from './settings-draft.ts';
import type { SettingsValues } from './settings-values.ts';
import './headers.css';

/** Rows of name and value; what is wrong is said at its row. */
export function HeadersCard(): ReactNode {
  const { settings } = useTexts();
  const mayWrite = useMay('webhooks:write');
  const { control } = useFormContext<SettingsValues>();
  const { fields, append, remove } = useFieldArray({ control, name: 'headers' });
  return (
    <Card title={settings.headers} description={settings.headersLead}>
      {fields.length > 0 && (
        <ul className="stack-small">
          {fields.map(({ id }, index) => (
            <HeaderFields key={id} index={index} isDisabled={!mayWrite} onRemove={() => remove(index)} />
          ))}
        </ul>
      )}
      {mayWrite && (
        <div>
          <Button size="small" icon={<Plus size={15} aria-hidden />} onPress={() => append({ name: '', value: '' })}>
            {settings.addHeader}
          </Button>
        </div>
      )}
    </Card>
  );
}

interface HeaderFieldsProps {
  readonly index: number;
  readonly isDisabled: boolean;
  readonly onRemove: () => void;
}

function HeaderFields({ index, isDisabled, onRemove }: HeaderFieldsProps): ReactNode {
  const { settings } = useTexts();
  const { values, save } = useSettingsDraft();
  const name = values.headers[index]?.name ?? '';
  const own = headerFaultOf(values.headers, index);
  const told = save.error instanceof ApiError ? save.error.faultOf(`config.headers.${name.trim()}`) : undefined;
  const fault = own === undefined ? told : settings.headerFaults[own];
  const isOfValue = own === 'valueBad';
  return (
    <li className="header-row">
      <HeaderField
        path={`headers.${index}.name`}
        label={settings.headerName}
        isDisabled={isDisabled}
        error={isOfValue ? undefined : fault}
      />
      <HeaderField
        path={`headers.${index}.value`}
        label={settings.headerValue}
        isDisabled={isDisabled}
        error={isOfValue ? fault : undefined}
      />
      {!isDisabled && (
        <IconButton label={settings.removeHeader(name)} icon={<Trash2 size={16} aria-hidden />} onPress={onRemove} />
      )}
    </li>
  );
}

interface HeaderFieldProps {
  readonly path: `headers.${number}.${'name' | 'value'}`;
  readonly label: string;
  readonly isDisabled: boolean;
  readonly error: string | undefined;
}

function HeaderField({ path, ...shown }: HeaderFieldProps): ReactNode {
  const { control } = useFormContext<SettingsValues>();
  return (
    <Controller
      control={control}
      name={path}
      render={({ field: { ref, ...field } }) => (
        <TextField {...field} {...shown} inputRef={ref} isCode autoComplete="off" />
      )}
    />
  );
}
