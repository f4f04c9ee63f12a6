import { useQuery } from '@tanstack/react-query';
import { Terminal } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { toast } from '../../ui/toast.ts';
import { webhookQuery } from '../../webhooks/webhook.queries.ts';
import { curlCommand } from './curl-command.ts';
import type { DeliveryDetails } from './deliveries.query.ts';

/** The address is the webhook's of now, and so are the headers beside those that the log tells. Absent while they are not known. */
export function CopyCurlButton({ delivery }: { readonly delivery: DeliveryDetails }): ReactNode {
  const { common, requests } = useTexts();
  const { data } = useQuery(webhookQuery(delivery.hookId));
  if (data === undefined) return null;
  const { url, headers = {} } = data.value.config;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(
        curlCommand({ url, headers: delivery.request.headers, customHeaders: headers, body: delivery.request.body }),
      );
      toast({ tone: 'good', text: requests.curlCopied });
    } catch {
      toast({ tone: 'bad', text: common.notCopied });
    }
  };
  return (
    <Button icon={<Terminal size={15} aria-hidden />} onPress={() => void copy()}>
      {requests.copyCurl}
    </Button>
  );
}
