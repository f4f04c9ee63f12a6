import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { IconButton } from './button.tsx';
import { toast } from './toast.ts';

const SHOWN_MS = 1_500;

export interface CopyButtonProps {
  readonly text: string;
  /** What is copied: "Copy <label>". */
  readonly label: string;
}

export function CopyButton({ text, label }: CopyButtonProps): ReactNode {
  const texts = useTexts();
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setIsCopied(true);
      toast({ tone: 'good', text: texts.common.copied(label) });
    } catch {
      toast({ tone: 'bad', text: texts.common.notCopied });
    }
  };
  const icon = isCopied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />;
  return <IconButton size="small" label={texts.common.copy(label)} icon={icon} onPress={() => void copy()} />;
}
