import { Eye, EyeOff } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { IconButton } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import './secret-text.css';

export interface SecretTextProps {
  readonly label: string;
  readonly secret: string;
  /** Anybody may know it: it is shown at once. */
  readonly isPublic?: boolean;
}

const MASK = '•'.repeat(24);

/** A secret that is masked until somebody wants to see it; it can be copied without being shown. */
export function SecretText({ label, secret, isPublic = false }: SecretTextProps): ReactNode {
  const { settings } = useTexts();
  const [isShown, setIsShown] = useState(isPublic);
  return (
    <div className="secret">
      <span className="field__label">{label}</span>
      <div className="secret__box">
        <code className="secret__text">{isShown ? secret : MASK}</code>
        {!isPublic && (
          <IconButton
            size="small"
            label={isShown ? settings.hide(label) : settings.show(label)}
            icon={isShown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
            onPress={() => setIsShown(!isShown)}
          />
        )}
        <CopyButton text={secret} label={label} />
      </div>
    </div>
  );
}
