import { useEffect } from 'react';

const holders = new Set<object>();

/** While `isUnsaved`, signing out asks first. */
export function useUnsavedWork(isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return undefined;
    const holder = {};
    holders.add(holder);
    return () => {
      holders.delete(holder);
    };
  }, [isUnsaved]);
}

export const hasUnsavedWork = (): boolean => holders.size > 0;
