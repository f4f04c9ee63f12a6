import { Check, Circle } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { TextField } from '../ui/field.tsx';
import { urlRulesOf, type UrlRule } from './endpoint-url.ts';
import './endpoint-url-field.css';

export interface EndpointUrlFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur?: () => void;
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
  /** Taken by the server already: nothing to explain. */
  readonly savedValue?: string;
}

const RULES: readonly UrlRule[] = ['absolute', 'https', 'public', 'noUser', 'length'];

/** The address, with its rules beside it; each is ticked off as it is met. */
export function EndpointUrlField({ savedValue = '', ...props }: EndpointUrlFieldProps): ReactNode {
  const { create } = useTexts();
  const rules = urlRulesOf(props.value);
  const areAllMet = RULES.every((rule) => rules[rule]);
  return (
    <div className="endpoint">
      <TextField
        {...props}
        label={create.url}
        isRequired
        isCode
        type="url"
        autoComplete="off"
        placeholder="https://example.com/webhooks"
      />
      {props.value !== savedValue && !areAllMet && (
        <div className="endpoint__rules small">
          <ul>
            {RULES.map((rule) => (
              <li key={rule} className={rules[rule] ? 'endpoint__rule endpoint__rule--met' : 'endpoint__rule'}>
                {rules[rule] ? <Check size={14} aria-hidden /> : <Circle size={14} aria-hidden />}
                <span>
                  {create.urlRules[rule]}
                  <span className="visually-hidden"> ({rules[rule] ? create.urlRuleMet : create.urlRuleUnmet})</span>
                </span>
              </li>
            ))}
          </ul>
          <p className="soft">{create.urlOperator}</p>
        </div>
      )}
    </div>
  );
}
