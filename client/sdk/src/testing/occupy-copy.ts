import { openLocalDatabase } from '../local-database.ts';

/**
 * Keeps the copy of a document on this device busy, as another tab with much to write does.
 *
 * @param server as the copy is named by
 * @returns ends it
 */
export async function occupyCopy(server: string, name: string): Promise<() => void> {
  const database = await openLocalDatabase(server, name);
  if (database === null) throw new Error('there is no copy');
  const store = database.handle.transaction(['updates', 'custom'], 'readwrite').objectStore('custom');
  let isReleased = false;
  const goOn = () => {
    if (isReleased) database.handle.close();
    else store.get('nothing').onsuccess = goOn;
  };
  goOn();
  return () => {
    isReleased = true;
  };
}
