/**
 * What a client can say, in either dialect. The dialects differ only in how these are put into bytes.
 *
 * Byte fields are views into the received frame.
 */
export type ClientFrame =
  | { readonly kind: 'step-1'; readonly stateVector: Uint8Array }
  | { readonly kind: 'step-2'; readonly update: Uint8Array }
  | { readonly kind: 'update'; readonly update: Uint8Array }
  | { readonly kind: 'presence'; readonly presence: Uint8Array }
  | { readonly kind: 'query-presence' }
  | {
      readonly kind: 'token';
      readonly token: string;
      readonly providerVersion: string | null;
      /** Which life of the document the client's copy is of (R14): empty when it has none; left out by who does not say. */
      readonly epoch?: string;
    }
  | { readonly kind: 'stateless'; readonly payload: string }
  | { readonly kind: 'close' };

export type ClientFrameKind = ClientFrame['kind'];
