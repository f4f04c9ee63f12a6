import { useId, type ReactNode } from 'react';
import './fieldset.css';

export interface FieldsetProps {
  readonly legend: string;
  readonly isRequired?: boolean;
  readonly description?: string;
  /** What is wrong with the choice as a whole. */
  readonly error?: string | undefined;
  readonly children: ReactNode;
}

/** Fields that are one question. */
export function Fieldset({ legend, isRequired = false, description, error, children }: FieldsetProps): ReactNode {
  const errorId = useId();
  return (
    <fieldset className="fieldset" aria-describedby={error === undefined ? undefined : errorId}>
      <legend className="field__label">
        {legend}
        {isRequired && <span aria-hidden> *</span>}
      </legend>
      {description !== undefined && <p className="field__description">{description}</p>}
      {error !== undefined && (
        <p className="field__error" id={errorId} role="alert">
          {error}
        </p>
      )}
      {children}
    </fieldset>
  );
}
