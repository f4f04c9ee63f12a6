import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RotateCcw, Trash } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { api, bodyOf } from '../../api/api-client.ts';
import { useMay } from '../../session/use-caller.ts';
import { useTexts } from '../../texts/use-texts.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { toast } from '../../ui/toast.ts';
import { deadLetterQuery, LETTERS_KEY, type DeadLetter } from './ops.query.ts';

type Decision = 'redrive' | 'drop';

/**
 * Back into its topic, or settled for good; absent for who may not decide it. A refusal stays in sight although the letter,
 * read again, is not open any more.
 */
export function SettleLetter({ letter }: { readonly letter: DeadLetter }): ReactNode {
  const { ops } = useTexts();
  const mayDecide = useMay('ops:write');
  const [asked, setAsked] = useState<Decision>();
  if (!mayDecide) return null;
  return (
    <div className="stack-small">
      {letter.status === 'open' && (
        <div className="row">
          {letter.redrivable && (
            <Button icon={<RotateCcw size={15} aria-hidden />} onPress={() => setAsked('redrive')}>
              {ops.redrive}
            </Button>
          )}
          <Button icon={<Trash size={15} aria-hidden />} onPress={() => setAsked('drop')}>
            {ops.drop}
          </Button>
        </div>
      )}
      {letter.status === 'open' && !letter.redrivable && <p className="soft small">{ops.notRedrivable}</p>}
      {asked !== undefined && (
        <DecisionDialog letterId={letter.id} decision={asked} onClose={() => setAsked(undefined)} />
      )}
    </div>
  );
}

interface DecisionDialogProps {
  readonly letterId: string;
  readonly decision: Decision;
  readonly onClose: () => void;
}

function DecisionDialog({ letterId, decision, onClose }: DecisionDialogProps): ReactNode {
  const { ops } = useTexts();
  const client = useQueryClient();
  const isRedrive = decision === 'redrive';
  const settle = useMutation({
    mutationFn: async () => {
      const params = { path: { letterId } };
      return bodyOf(
        isRedrive
          ? api.POST('/api/ops/dead-letters/{letterId}/redrive', { params })
          : api.POST('/api/ops/dead-letters/{letterId}/drop', { params }),
      );
    },
    onSuccess: () => {
      toast({ tone: 'good', text: isRedrive ? ops.redriven : ops.dropped });
      onClose();
    },
    onSettled: async () =>
      Promise.all([
        client.invalidateQueries({ queryKey: LETTERS_KEY }),
        client.invalidateQueries({ queryKey: deadLetterQuery(letterId).queryKey }),
      ]),
  });
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={isRedrive ? ops.redriveTitle : ops.dropTitle}
      description={isRedrive ? ops.redriveText : ops.dropText}
      confirmLabel={isRedrive ? ops.redrive : ops.drop}
      confirmKind={isRedrive ? 'primary' : 'danger'}
      isPending={settle.isPending}
      onConfirm={() => settle.mutate()}
    >
      {settle.isError && <ErrorNotice error={settle.error} prefix={isRedrive ? ops.notRedriven : ops.notDropped} />}
    </ConfirmDialog>
  );
}
