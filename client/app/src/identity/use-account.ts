import { useEffect, useState } from 'react';
import { type Account, fetchAccount } from './account.ts';

/** Who has signed in; null for a guest, and until it is known. @param isWanted whether somebody is shown it by now */
export function useAccount(token: string, isWanted: boolean): Account | null {
  const [account, setAccount] = useState<Account | null>(null);
  const isDue = isWanted && account === null;
  useEffect(() => {
    if (!isDue) return;
    const stop = new AbortController();
    fetchAccount(token, stop.signal).then(
      (answer) => {
        if (!stop.signal.aborted) setAccount(answer);
      },
      () => {}, // without the server one is a guest to oneself
    );
    return () => stop.abort();
  }, [token, isDue]);
  return account;
}
