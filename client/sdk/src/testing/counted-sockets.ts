/** The WebSockets that were opened while this one was in the place of the platform's. */
export interface CountedSockets {
  readonly opened: number;
  /** Not closed, nor about to be. */
  readonly open: number;
  restore(): void;
}

export function countSockets(): CountedSockets {
  const Native = globalThis.WebSocket;
  const sockets: WebSocket[] = [];
  globalThis.WebSocket = class extends Native {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  };
  return {
    get opened() {
      return sockets.length;
    },
    get open() {
      return sockets.filter(({ readyState }) => readyState <= Native.OPEN).length;
    },
    restore() {
      globalThis.WebSocket = Native;
    },
  };
}
