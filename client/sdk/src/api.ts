import type { DocumentInfo, DocumentList } from '@quire/protocol';
import type { Awareness } from 'y-protocols/awareness';
import type { Doc } from 'yjs';
import type { Readable } from './readable.ts';
import type { RoomState } from './status-table.ts';
import type { Transport } from './transport-choice.ts';

export interface ConnectOptions {
  /** `ws(s)://host/collab`. Left out in a browser: the page's own host. */
  readonly url?: string;
  readonly token?: string;
  /** Asked for a fresh token on every connection; wins over `token`. */
  getToken?(): Promise<string>;
  /** Keep documents on this device (IndexedDB). Default: true where IndexedDB exists. */
  readonly offline?: boolean;
  /** Default: `auto`, a WebSocket, and plain HTTP where the network lets none through. */
  readonly transport?: 'auto' | Transport;
}

/** A connection to one Quire server. All its rooms share one socket, opened with the first room. */
export interface Client {
  /**
   * Opens a document, or shares it when this client has it open; every `open` is paired with one `leave`.
   *
   * @throws {QuireError} `bad-document-name`, `client-closed`
   */
  open(name: string): Room;
  readonly documents: DocumentsApi;
  /** Closes all rooms and the socket. Unconfirmed changes stay on this device, where `offline` keeps them. */
  close(): void;
}

export interface Room {
  readonly name: string;
  readonly doc: Doc;
  /** For editor bindings. */
  readonly awareness: Awareness;
  readonly status: Readable<RoomStatus>;
  /** Everybody in the document, one row per tab: me first, then by arrival. */
  readonly people: Readable<readonly Person[]>;
  setPerson(person: PersonDetails): void;
  /** Resolves once every change made so far has its receipt; rejects when `signal` aborts or the room closes. */
  whenSaved(options?: { signal?: AbortSignal }): Promise<void>;
  /** Resolves once content can be shown, from this device or from the server. */
  whenLoaded(options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Releases this `open`. The last one takes this person off everybody's screen and closes the document: at once when
   * nothing is unconfirmed; else when the server confirms, or finally refuses, what is, or after a while in which it did
   * neither, provided that this device keeps the changes. Changes held only in memory keep the document open, and the
   * page guarded.
   */
  leave(): void;
}

export interface RoomStatus {
  readonly state: RoomState;
  /**
   * What to show right now. Equal to the status table's words, except that it is empty for a moment after an edit:
   * a word that came and went with every keystroke would only flicker.
   */
  readonly label: string;
  /** There is content to show: this device's copy, or the server's. Before this an empty page would be a lie. */
  readonly loaded: boolean;
  /** Changes of this device that the server has not confirmed. */
  readonly unsaved: number;
  /**
   * The room is still at it: it connects, reconnects, or awaits the server's answer to a change. When it is false in
   * `cannot-save` or `gone`, nothing more is sent by itself.
   */
  readonly retrying: boolean;
  /** Why changes can't be saved, in words for a person; only in the states `cannot-save` and `gone`. */
  readonly reason?: string;
  readonly canEdit: boolean;
  /** How the server is reached, or was last tried. Left out before the first attempt. */
  readonly transport?: Transport;
  /** A large document that this device does not have is being downloaded; only while it is. */
  readonly loading?: LoadingProgress;
}

export interface LoadingProgress {
  /** Bytes, as they travel. */
  readonly received: number;
  readonly total: number;
}

export interface PersonDetails {
  readonly name: string;
  /** A CSS colour, as the caret plugins take it. */
  readonly color: string;
}

export interface Person extends PersonDetails {
  readonly clientId: number;
  readonly isMe: boolean;
  /** When this person's caret last moved (ms since 1970, steps of about a second), or null when it is not in the text. */
  readonly cursorActiveAt: number | null;
}

export interface ListDocumentsOptions {
  readonly prefix?: string;
  /** The `next` of the page before. */
  readonly after?: string;
  readonly limit?: number;
  readonly order?: 'name' | 'recent';
  readonly signal?: AbortSignal;
}

/** Documents over HTTP. Every call rejects with a {@link QuireError} whose message can be shown. */
export interface DocumentsApi {
  list(options?: ListDocumentsOptions): Promise<DocumentList>;
  create(document?: { readonly name?: string; readonly title?: string }): Promise<DocumentInfo>;
  rename(name: string, title: string): Promise<DocumentInfo>;
  delete(name: string): Promise<void>;
}
