import type { Readable } from '@quire/client';

export interface Setting<T> extends Readable<T> {
  set(value: T): void;
  close(): void;
}

export interface SettingStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** A choice of this person on this device, the same in every tab. Without storage it lasts as long as the page. */
export function createSetting<T>(options: {
  key: string;
  storage: SettingStorage | null;
  /** Turns what is stored (by any version, or by hand) into a value; null when there is nothing usable. */
  parse(stored: string): T | null;
  initial(): T;
  /** Where `storage` events arrive: the window. */
  otherTabs?: EventTarget;
}): Setting<T> {
  const { key, storage, parse, otherTabs } = options;
  const listeners = new Set<(value: T) => void>();
  const stored = readStored(storage, key);
  const known = stored === null ? null : parse(stored);
  let current = known ?? options.initial();
  if (known === null) writeStored(storage, key, current);

  function publish(value: T): void {
    current = value;
    for (const listener of [...listeners]) listener(value);
  }
  function onStorage(event: Event): void {
    const change = event as StorageEvent;
    if (change.key !== key || change.newValue === null) return;
    const value = parse(change.newValue);
    if (value !== null) publish(value);
  }
  otherTabs?.addEventListener('storage', onStorage);

  return {
    get: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(value) {
      writeStored(storage, key, value);
      publish(value);
    },
    close: () => otherTabs?.removeEventListener('storage', onStorage),
  };
}

/** A storage of the page, or null where a policy forbids it (reading the property itself throws then). */
export function openStorage(name: 'localStorage' | 'sessionStorage' = 'localStorage'): SettingStorage | null {
  try {
    return globalThis[name] ?? null;
  } catch {
    return null;
  }
}

function readStored(storage: SettingStorage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

function writeStored(storage: SettingStorage | null, key: string, value: unknown): void {
  try {
    storage?.setItem(key, typeof value === 'string' ? value : JSON.stringify(value));
  } catch {
    // Full or forbidden: the choice then lasts as long as the page, as promised above.
  }
}
