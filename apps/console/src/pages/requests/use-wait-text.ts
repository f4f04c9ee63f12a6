import { useLanguage, useTexts } from '../../texts/use-texts.ts';
import { absolute } from '../../ui/time.tsx';

export interface Wait {
  /** As the server calls it, with its detail behind a colon where there is one. */
  readonly reason: string;
  readonly openSince?: number | undefined;
  readonly because?: string | undefined;
  readonly nextProbeAt?: number | undefined;
}

/** Why something waits, was skipped or given up, in words; its times are in the person's zone. */
export function useWaitText(): (wait: Wait) => string {
  const { requests } = useTexts();
  const language = useLanguage();
  return ({ reason, openSince, because, nextProbeAt }) => {
    const [name = reason, ...details] = reason.split(': ');
    const known: Readonly<Record<string, string>> = requests.waits;
    const parts = [
      known[name] ?? name,
      ...(openSince === undefined ? [] : [requests.breakerOpenSince(absolute(openSince, 'short', language))]),
      ...(because === undefined ? details : [because]),
      ...(nextProbeAt === undefined ? [] : [requests.nextProbe(absolute(nextProbeAt, 'short', language))]),
    ];
    return parts.join(' · ');
  };
}
