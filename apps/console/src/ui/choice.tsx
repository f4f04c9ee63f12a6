import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  CheckboxButton,
  CheckboxField,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  RadioButton,
  RadioField,
  RadioGroup as AriaRadioGroup,
  Select as AriaSelect,
  SelectValue,
  SwitchButton,
  SwitchField,
  Text,
  type CheckboxFieldProps,
  type SwitchFieldProps,
} from 'react-aria-components';
import { Check, ChevronDown, Minus } from 'lucide-react';
import './choice.css';

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly description?: string;
}

export interface SelectProps<Value extends string> {
  readonly label: string;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** The label is read aloud only, as in a bar of filters. */
  readonly isLabelHidden?: boolean;
  readonly isDisabled?: boolean;
  readonly description?: string;
}

export function Select<Value extends string>(props: SelectProps<Value>): ReactNode {
  const { label, options, value, onChange, isLabelHidden = false, isDisabled = false, description } = props;
  const choose = (key: unknown): void => {
    const option = options.find((each) => each.value === key);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <AriaSelect className="field select" value={value} onChange={choose} isDisabled={isDisabled}>
      <Label className={isLabelHidden ? 'visually-hidden' : 'field__label'}>{label}</Label>
      <AriaButton className="field__input select__button">
        <SelectValue className="select__value cut" />
        <ChevronDown size={16} aria-hidden />
      </AriaButton>
      {description !== undefined && (
        <Text slot="description" className="field__description">
          {description}
        </Text>
      )}
      <Popover className="popover">
        <ListBox className="listbox" items={options}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className="listbox__item">
              <span className="stack-option">
                <Text slot="label">{option.label}</Text>
                {option.description !== undefined && (
                  <Text slot="description" className="field__description">
                    {option.description}
                  </Text>
                )}
              </span>
              <Check className="listbox__check" size={16} aria-hidden />
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export interface CheckboxProps extends Omit<CheckboxFieldProps, 'className' | 'style' | 'children'> {
  readonly children: ReactNode;
}

export function Checkbox({ children, ...props }: CheckboxProps): ReactNode {
  return (
    <CheckboxField {...props}>
      <CheckboxButton className="checkbox">
        {({ isSelected, isIndeterminate }) => (
          <>
            <span className="checkbox__box">
              {isIndeterminate ? <Minus size={12} aria-hidden /> : isSelected ? <Check size={12} aria-hidden /> : null}
            </span>
            <span className="checkbox__text">{children}</span>
          </>
        )}
      </CheckboxButton>
    </CheckboxField>
  );
}

export interface SwitchProps extends Omit<SwitchFieldProps, 'className' | 'style' | 'children'> {
  readonly children: ReactNode;
}

export function Switch({ children, ...props }: SwitchProps): ReactNode {
  return (
    <SwitchField {...props}>
      <SwitchButton className="switch">
        <span className="switch__track">
          <span className="switch__thumb" />
        </span>
        <span>{children}</span>
      </SwitchButton>
    </SwitchField>
  );
}

export interface RadioGroupProps<Value extends string> {
  readonly label: string;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly isDisabled?: boolean;
}

export function RadioGroup<Value extends string>(props: RadioGroupProps<Value>): ReactNode {
  const { label, options, value, onChange, isDisabled = false } = props;
  const choose = (key: string): void => {
    const option = options.find((each) => each.value === key);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <AriaRadioGroup className="field radios" value={value} onChange={choose} isDisabled={isDisabled}>
      <Label className="field__label">{label}</Label>
      {options.map((option) => (
        <RadioField key={option.value} value={option.value}>
          <RadioButton className="radio">
            <span className="radio__dot" />
            <span>
              {option.label}
              {option.description !== undefined && <span className="radio__description">{option.description}</span>}
            </span>
          </RadioButton>
        </RadioField>
      ))}
    </AriaRadioGroup>
  );
}
