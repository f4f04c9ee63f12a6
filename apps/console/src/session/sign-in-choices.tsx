import type { ReactNode } from 'react';
import { ApiKeyForm } from './api-key-form.tsx';

export function SignInChoices(): ReactNode {
  return <ApiKeyForm isPrimary />;
}
