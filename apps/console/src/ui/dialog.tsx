import { useEffect, useId, useRef, useState, type ReactNode, type RefObject } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { X } from 'lucide-react';
import { useTexts } from '../texts/use-texts.ts';
import { Button, IconButton, type ButtonProps } from './button.tsx';
import './dialog.css';

export interface DialogProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children?: ReactNode;
  /** Buttons; they stay in sight when the content scrolls. */
  readonly footer?: ReactNode;
  readonly size?: 'small' | 'normal' | 'large';
  /** `drawer` comes in from the side, and leaves the page beside it in sight. */
  readonly shape?: 'window' | 'drawer';
  /** A press beside it closes it too. Not for forms: what was typed would be gone. */
  readonly isDismissable?: boolean;
  /**
   * What Escape and the cross do, `at-once` by default: `asks-when-typed` asks before what was typed into it is thrown away,
   * `by-buttons` leaves the way out to the buttons of the dialog.
   */
  readonly closes?: 'at-once' | 'asks-when-typed' | 'by-buttons';
}

export function Dialog(props: DialogProps): ReactNode {
  const { title, description, isOpen, onClose, children, footer } = props;
  const { size = 'normal', shape = 'window', isDismissable = false, closes = 'at-once' } = props;
  const texts = useTexts();
  const descriptionId = useId();
  const [isTyped, setIsTyped] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const leave = (): void => {
    if (closes === 'asks-when-typed' && isTyped) setIsAsking(true);
    else onClose();
  };
  if (!isOpen && (isTyped || isAsking)) {
    setIsTyped(false);
    setIsAsking(false);
  }
  return (
    <ModalOverlay
      className={`overlay overlay--${shape}`}
      isOpen={isOpen}
      onOpenChange={(open) => !open && leave()}
      isDismissable={isDismissable}
      isKeyboardDismissDisabled={closes === 'by-buttons'}
    >
      <Modal className={`modal modal--${shape} modal--${size}`}>
        <AriaDialog className="dialog" {...(description !== undefined && { 'aria-describedby': descriptionId })}>
          <DialogHeader>
            <div className="stack-tight">
              <Heading slot="title" className="dialog__title" level={2}>
                {title}
              </Heading>
              {description !== undefined && (
                <div className="soft" id={descriptionId}>
                  {description}
                </div>
              )}
            </div>
            {closes !== 'by-buttons' && (
              <IconButton label={texts.common.close} icon={<X size={18} aria-hidden />} onPress={leave} />
            )}
          </DialogHeader>
          {children !== undefined && (
            <div className="dialog__body" onInput={() => setIsTyped(true)}>
              {children}
            </div>
          )}
          {footer !== undefined && <footer className="dialog__footer">{footer}</footer>}
          {isAsking && (
            <ConfirmDialog
              title={texts.common.discardTitle}
              isOpen
              onClose={() => setIsAsking(false)}
              confirmLabel={texts.common.discard}
              confirmKind="danger"
              onConfirm={onClose}
            />
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

function DialogHeader({ children }: { readonly children: ReactNode }): ReactNode {
  const header = useRef<HTMLElement>(null);
  useFocusInside(header);
  return (
    <header className="dialog__header" ref={header}>
      {children}
    </header>
  );
}

/**
 * Enter on a link is taken for a screen reader's press by React Aria, which then waits to move the focus and finds it gone:
 * Escape would not close the dialog.
 */
function useFocusInside(part: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const dialog = part.current?.closest<HTMLElement>('[role="dialog"]');
      if (dialog?.contains(document.activeElement) === false) dialog.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [part]);
}

export interface ConfirmDialogProps extends Omit<DialogProps, 'footer'> {
  readonly confirmLabel: string;
  readonly confirmKind?: ButtonProps['kind'];
  readonly onConfirm: () => void;
  readonly isPending?: boolean;
  readonly isConfirmDisabled?: boolean;
}

export function ConfirmDialog(props: ConfirmDialogProps): ReactNode {
  const {
    confirmLabel,
    confirmKind = 'primary',
    onConfirm,
    isPending = false,
    isConfirmDisabled = false,
    ...rest
  } = props;
  const texts = useTexts();
  const footer = (
    <>
      <Button onPress={rest.onClose}>{texts.common.cancel}</Button>
      <Button kind={confirmKind} onPress={onConfirm} isPending={isPending} isDisabled={isConfirmDisabled}>
        {confirmLabel}
      </Button>
    </>
  );
  return <Dialog size="small" {...rest} footer={footer} />;
}
