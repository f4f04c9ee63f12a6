import { getRouteApi } from '@tanstack/react-router';
import { Send } from 'lucide-react';
import { useCallback, useState, type ReactNode } from 'react';
import { ScopeGate } from '../../session/scope-gate.tsx';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { useDetailsTitle } from '../details/details-title.ts';
import { useSettingsDraft } from '../settings/settings-draft.ts';
import { BulkResendDialog } from './bulk-resend.dialog.tsx';
import { DeliveryDrawer } from './delivery.drawer.tsx';
import { RequestFilters } from './request-filters.tsx';
import { RequestList } from './request-list.tsx';
import { filterOf, type RequestsFilter } from './requests-search.ts';
import { ResendProgress } from './resend-progress.tsx';
import './requests.css';

const route = getRouteApi('/webhooks/$id/requests');

/** What was sent to a webhook, as it happens. */
export function RequestsPage(): ReactNode {
  return (
    <ScopeGate scope="deliveries:read">
      <Requests />
    </ScopeGate>
  );
}

function Requests(): ReactNode {
  const { requests } = useTexts();
  const { id: webhookId } = route.useParams();
  useDetailsTitle(requests.tab, useSettingsDraft().base.value.name);
  const filter = route.useSearch({ select: filterOf, structuralSharing: true });
  const open = route.useSearch({ select: (search) => search.open });
  const navigate = route.useNavigate();
  const mayResend = useMay('deliveries:resend');
  const [isResending, setIsResending] = useState(false);
  const change = useCallback(
    (changed: RequestsFilter): void => void navigate({ search: (old) => ({ ...old, ...changed }), replace: true }),
    [navigate],
  );
  const close = (): void =>
    void navigate({ search: (old) => ({ ...old, open: undefined }), replace: true, resetScroll: false });
  return (
    <div className="stack">
      <RequestFilters
        filter={filter}
        onChange={change}
        actions={
          // One that was looked for by its id is resent from its details.
          mayResend &&
          filter.id === undefined && (
            <Button icon={<Send size={15} aria-hidden />} onPress={() => setIsResending(true)}>
              {requests.bulk.open}
            </Button>
          )
        }
      />
      <ResendProgress webhookId={webhookId} />
      <RequestList key={JSON.stringify(filter)} webhookId={webhookId} filter={filter} onChange={change} />
      <DeliveryDrawer webhookId={webhookId} deliveryId={open} onClose={close} />
      {isResending && <BulkResendDialog webhookId={webhookId} filter={filter} onClose={() => setIsResending(false)} />}
    </div>
  );
}
