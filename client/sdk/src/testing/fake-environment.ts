import type { Environment } from '../environment.ts';

export interface FakeEnvironment extends Environment {
  /** Left out, `isTold` is true: a page hears of it. */
  setOnline(online: boolean, options?: { readonly isTold: boolean }): void;
  setVisible(visible: boolean): void;
  setReloaded(reloaded: boolean): void;
  /** Dispatches an event to who listens; returns whether somebody prevented its default. */
  dispatch(type: string, details?: object): boolean;
  countListeners(): number;
}

/** A page whose network and events the test controls. */
export function createFakeEnvironment(options: { hasIndexedDb?: boolean; isWorker?: boolean } = {}): FakeEnvironment {
  const listeners = new Map<string, Set<(event: Event) => void>>();
  let online = true;
  let visible = true;
  let isReloaded = false;
  const dispatch = (type: string, details: object = {}): boolean => {
    const event = Object.assign(new Event(type, { cancelable: true }), details);
    for (const listener of [...(listeners.get(type) ?? [])]) listener(event);
    return event.defaultPrevented;
  };
  return {
    location: null,
    isWorker: options.isWorker ?? false,
    hasIndexedDb: options.hasIndexedDb ?? false,
    isOnline: () => online,
    isReloaded: () => isReloaded,
    isVisible: () => visible,
    listen(type, listener) {
      const set = listeners.get(type) ?? new Set();
      set.add(listener);
      listeners.set(type, set);
      return () => set.delete(listener);
    },
    setOnline(next, { isTold } = { isTold: true }) {
      online = next;
      if (isTold) dispatch(next ? 'online' : 'offline');
    },
    setVisible(next) {
      visible = next;
      dispatch('visibilitychange');
    },
    setReloaded(next) {
      isReloaded = next;
    },
    dispatch,
    countListeners: () => [...listeners.values()].reduce((sum, set) => sum + set.size, 0),
  };
}
