import type { ReactNode } from 'react';
import {
  FieldError,
  Input,
  Label,
  NumberField as AriaNumberField,
  SearchField as AriaSearchField,
  Text,
  TextField as AriaTextField,
  Button as AriaButton,
  type NumberFieldProps as AriaNumberFieldProps,
  type SearchFieldProps as AriaSearchFieldProps,
  type TextFieldProps as AriaTextFieldProps,
} from 'react-aria-components';
import { Search, X } from 'lucide-react';
import { useTexts } from '../texts/use-texts.ts';
import './field.css';

interface FieldFrame {
  readonly label: string;
  readonly description?: ReactNode;
  /** What is wrong, in words; the field is invalid while it is there. */
  readonly error?: string | undefined;
  readonly placeholder?: string;
}

export interface TextFieldProps
  extends Omit<AriaTextFieldProps, 'className' | 'style' | 'children' | 'isInvalid'>, FieldFrame {
  /** For what a machine reads: URLs, keys. */
  readonly isCode?: boolean;
  /** The label is read aloud only. */
  readonly isLabelHidden?: boolean;
  /** Of the input itself: a form moves the focus to what is wrong. */
  readonly inputRef?: React.Ref<HTMLInputElement>;
}

export function TextField(props: TextFieldProps): ReactNode {
  const { label, description, error, placeholder, isCode, isLabelHidden, inputRef, ...rest } = props;
  const shown = placeholder === undefined ? {} : { placeholder };
  const className = `field__input${isCode === true ? ' mono' : ''}`;
  return (
    <AriaTextField {...rest} isInvalid={error !== undefined} className="field" validationBehavior="aria">
      <Label className={isLabelHidden === true ? 'visually-hidden' : 'field__label'}>
        {label}
        {rest.isRequired === true && <span aria-hidden> *</span>}
      </Label>
      <Input className={className} {...shown} {...(inputRef !== undefined && { ref: inputRef })} />
      <FieldTexts description={description} error={error} />
    </AriaTextField>
  );
}

export interface NumberFieldProps
  extends Omit<AriaNumberFieldProps, 'className' | 'style' | 'children' | 'isInvalid'>, FieldFrame {
  /** Of the input itself: a form moves the focus to what is wrong. */
  readonly inputRef?: React.Ref<HTMLInputElement>;
}

/** An empty one has the value NaN. */
export function NumberField(props: NumberFieldProps): ReactNode {
  const { label, description, error, placeholder, inputRef, ...rest } = props;
  return (
    <AriaNumberField {...rest} isInvalid={error !== undefined} className="field" validationBehavior="aria">
      <Label className="field__label">{label}</Label>
      <Input
        className="field__input"
        {...(placeholder !== undefined && { placeholder })}
        {...(inputRef !== undefined && { ref: inputRef })}
      />
      <FieldTexts description={description} error={error} />
    </AriaNumberField>
  );
}

export interface SearchFieldProps extends Omit<AriaSearchFieldProps, 'className' | 'style' | 'children'> {
  readonly label: string;
  readonly placeholder?: string;
}

export function SearchField({ label, placeholder, ...rest }: SearchFieldProps): ReactNode {
  const texts = useTexts();
  return (
    <AriaSearchField {...rest} aria-label={label} className="field search">
      <Search className="search__icon" size={16} aria-hidden />
      <Input className="field__input search__input" placeholder={placeholder ?? label} />
      <AriaButton className="search__clear" aria-label={texts.common.clear}>
        <X size={14} aria-hidden />
      </AriaButton>
    </AriaSearchField>
  );
}

function FieldTexts({ description, error }: Pick<FieldFrame, 'description' | 'error'>): ReactNode {
  return (
    <>
      {description !== undefined && (
        <Text slot="description" elementType="div" className="field__description">
          {description}
        </Text>
      )}
      {error !== undefined && <FieldError className="field__error">{error}</FieldError>}
    </>
  );
}
