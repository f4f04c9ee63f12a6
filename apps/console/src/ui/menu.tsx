import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { IconButton } from './button.tsx';
import './choice.css';
import './menu.css';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  readonly onSelect: () => void;
}

export interface MenuProps {
  /** Of the button that opens it. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly entries: readonly MenuEntry[];
}

export function Menu({ label, icon, entries }: MenuProps): ReactNode {
  return (
    <MenuTrigger>
      <IconButton label={label} icon={icon} />
      <Popover className="popover" placement="bottom end">
        <AriaMenu className="listbox" aria-label={label}>
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.label}
              className={`listbox__item menu__item${entry.isDangerous === true ? ' menu__item--danger' : ''}`}
              isDisabled={entry.isDisabled === true}
              onAction={entry.onSelect}
            >
              {entry.icon}
              <span>{entry.label}</span>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
