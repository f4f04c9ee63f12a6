import { useQueryClient } from '@tanstack/react-query';
import { session } from './session.ts';

/** Signs out, and forgets what the person was shown. */
export function useSignOut(): () => void {
  const queryClient = useQueryClient();
  return () => {
    session.signOut();
    queryClient.clear();
  };
}
