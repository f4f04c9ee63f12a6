import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, TabPanels, Tabs as AriaTabs } from 'react-aria-components';
import './tabs.css';

export interface TabEntry {
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

export interface TabsProps {
  readonly label: string;
  readonly entries: readonly TabEntry[];
}

/** Parts of one page. What has an address of its own is a `LinkTabs`. */
export function Tabs({ label, entries }: TabsProps): ReactNode {
  return (
    <AriaTabs className="tabs">
      <TabList className="tabs__list" aria-label={label}>
        {entries.map(({ id, label: text }) => (
          <Tab key={id} id={id} className="tabs__tab">
            {text}
          </Tab>
        ))}
      </TabList>
      <TabPanels>
        {entries.map(({ id, content }) => (
          <TabPanel key={id} id={id} className="tabs__panel">
            {content}
          </TabPanel>
        ))}
      </TabPanels>
    </AriaTabs>
  );
}

export interface LinkTab {
  readonly label: string;
  readonly link: Pick<LinkProps, 'to' | 'params' | 'search'>;
}

/** Pages beside each other, each with its own address. */
export function LinkTabs({ label, tabs }: { readonly label: string; readonly tabs: readonly LinkTab[] }): ReactNode {
  return (
    <nav className="tabs__list tabs__list--links" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.label} {...tab.link} className="tabs__tab" activeProps={{ 'data-selected': true }}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
