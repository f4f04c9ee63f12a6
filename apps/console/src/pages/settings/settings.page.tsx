import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Card } from '../../ui/card.tsx';
import { Notice } from '../../ui/notice.tsx';
import { BasicFields } from '../../webhooks/basic-fields.tsx';
import { useDetailsTitle } from '../details/details-title.ts';
import { DeliveryCard } from './delivery.card.tsx';
import { HeadersCard } from './headers.card.tsx';
import { useSettingsDraft } from './settings-draft.ts';
import { SigningKeysCard } from './signing-keys.card.tsx';
import { VerifyCard } from './verify.card.tsx';

const route = getRouteApi('/webhooks/$id/settings');

export function SettingsPage(): ReactNode {
  const { details, settings } = useTexts();
  const { base } = useSettingsDraft();
  const { created } = route.useSearch();
  const { id, name } = base.value;
  useDetailsTitle(details.tabs.settings, name);
  const isNew = created === 'true';
  const keys = (
    <>
      <SigningKeysCard webhookId={id} />
      <VerifyCard />
    </>
  );
  return (
    <div className="stack">
      {isNew && (
        <Notice
          tone="good"
          title={settings.createdTitle}
          action={
            <Link to="/webhooks/$id/test" params={{ id }}>
              {settings.toTest}
            </Link>
          }
        >
          {settings.createdLead}
        </Notice>
      )}
      {isNew && keys}
      <GeneralCard />
      <HeadersCard />
      <DeliveryCard />
      {!isNew && keys}
    </div>
  );
}

function GeneralCard(): ReactNode {
  const { settings } = useTexts();
  const isDisabled = !useMay('webhooks:write');
  const { base, save } = useSettingsDraft();
  return (
    <Card title={settings.general}>
      <BasicFields error={save.error} isDisabled={isDisabled} savedUrl={base.value.config.url} />
    </Card>
  );
}
