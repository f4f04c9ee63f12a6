import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  Tooltip as AriaTooltip,
  TooltipTrigger,
  type ButtonProps as AriaButtonProps,
} from 'react-aria-components';
import { LoaderCircle } from 'lucide-react';
import './button.css';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children' | 'isPending'> {
  readonly isPending?: boolean;
  readonly kind?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly size?: 'normal' | 'small';
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

/**
 * With `isPending` it keeps the focus, shows that it works, and cannot be pressed again. Not React Aria's own: what that
 * announces refers to an element that is gone when the work is done.
 */
export function Button({
  kind = 'secondary',
  size = 'normal',
  icon,
  isPending = false,
  children,
  ...props
}: ButtonProps): ReactNode {
  const { onPress, type, ...rest } = props;
  const isSubmit = type === 'submit' && !isPending;
  return (
    <AriaButton
      {...rest}
      type={isSubmit ? 'submit' : 'button'}
      {...(onPress !== undefined && !isPending && { onPress })}
      {...(isPending && { 'aria-disabled': true })}
      className={`button button--${kind} button--${size}${isPending ? ' button--pending' : ''}`}
    >
      {isPending ? <LoaderCircle className="button__spinner" size={16} aria-hidden /> : icon}
      <span>{children}</span>
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children' | 'aria-label'> {
  /** Read aloud, and shown on hover and focus. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly size?: 'normal' | 'small';
}

export function IconButton({ label, icon, size = 'normal', ...props }: IconButtonProps): ReactNode {
  return (
    <TooltipTrigger delay={400} closeDelay={100}>
      <AriaButton {...props} aria-label={label} className={`button button--quiet button--icon button--${size}`}>
        {icon}
      </AriaButton>
      <AriaTooltip className="tooltip" offset={6}>
        {label}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
