import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { CodeView } from '../../ui/code-view.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { deliveryQuery, type DeliveryDetails } from './deliveries.query.ts';
import { CopyCurlButton } from './copy-curl-button.tsx';
import { DeliveryFacts } from './delivery-facts.tsx';
import { DeliveryTimeline } from './delivery-timeline.tsx';
import { HeaderTable } from './header-table.tsx';
import { ResendOne } from './resend-one.tsx';

export interface DeliveryDrawerProps {
  readonly webhookId: string;
  /** Nothing is open while it is undefined. */
  readonly deliveryId: string | undefined;
  readonly onClose: () => void;
}

/** One request beside the list: what was sent, every attempt and wait, and sending it again. */
export function DeliveryDrawer({ webhookId, deliveryId, onClose }: DeliveryDrawerProps): ReactNode {
  const { requests } = useTexts();
  return (
    <Dialog
      title={requests.details}
      shape="drawer"
      size="normal"
      isDismissable
      isOpen={deliveryId !== undefined}
      onClose={onClose}
    >
      {deliveryId !== undefined && <Details webhookId={webhookId} deliveryId={deliveryId} />}
    </Dialog>
  );
}

function Details({ webhookId, deliveryId }: { readonly webhookId: string; readonly deliveryId: string }): ReactNode {
  const { requests } = useTexts();
  const mayResend = useMay('deliveries:resend');
  const query = useQuery(deliveryQuery(webhookId, deliveryId));
  return (
    <Loaded query={query} skeleton={<Skeleton lines={8} />}>
      {(delivery) => (
        <div className="delivery">
          <DeliveryFacts delivery={delivery} />
          <div className="stack-small">
            {mayResend && <ResendOne delivery={delivery} actions={<CopyCurlButton delivery={delivery} />} />}
            {!mayResend && (
              <div>
                <CopyCurlButton delivery={delivery} />
              </div>
            )}
          </div>
          <section className="stack-small">
            <h3>{requests.timeline}</h3>
            <DeliveryTimeline timeline={delivery.timeline} />
          </section>
          <SentRequest request={delivery.request} />
        </div>
      )}
    </Loaded>
  );
}

function SentRequest({ request }: Pick<DeliveryDetails, 'request'>): ReactNode {
  const { requests } = useTexts();
  return (
    <section className="stack-small">
      <h3>{requests.request}</h3>
      <HeaderTable label={requests.requestHeaders} headers={request.headers} />
      <p className="soft small">{requests.masked}</p>
      {request.body === null ? (
        <p className="soft">{requests.bodyNotKept}</p>
      ) : (
        <CodeView
          label={requests.requestBody}
          code={JSON.stringify(request.body, null, 2)}
          copyText={JSON.stringify(request.body)}
          language="json"
          isWrapped
        />
      )}
    </section>
  );
}
