import type {
  BinList,
  Comment,
  ContentDocument,
  ContentFormat,
  CreatedLink,
  DocumentInfo,
  DocumentList,
  DocumentWithRole,
  EventGap,
  EventSender,
  LinkRole,
  ShareLink,
  Thread,
  ThreadList,
} from '@quire/protocol';
import type { Awareness } from 'y-protocols/awareness';
import type { Doc, RelativePosition } from 'yjs';
import type { QuireError } from './errors.ts';
import type { Readable } from './readable.ts';
import type { RestClient } from './rest-client.ts';
import type { RoomState } from './status-table.ts';
import type { Transport } from './transport-choice.ts';

export interface ConnectOptions {
  /** `ws(s)://host`, or with a path where the server lies below one (`…/collab`). Left out in a browser: the page's own host. */
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  /** Asked for a fresh token on every connection, and again after a while where it fails; wins over `token`. */
  readonly getToken?: ((options: TokenRequest) => Promise<string>) | undefined;
  /** Keep documents on this device (IndexedDB). Default: true where IndexedDB exists. */
  readonly offline?: boolean | undefined;
  /** Default: `auto`, a WebSocket, and plain HTTP where the network lets none through. */
  readonly transport?: 'auto' | Transport | undefined;
  /** In the place of the global one, for a runtime that has none, as Node before 22: that of the package `ws`, for instance. */
  readonly WebSocket?: (new (url: string) => object) | undefined;
}

/** What is asked of a `getToken`. */
export interface TokenRequest {
  /** Aborts once nobody needs the token any more: its room was closed, or the call that it was for given up. For your `fetch`. */
  readonly signal: AbortSignal;
}

/** What everything takes that one may have to wait for. */
export interface CallOptions {
  /**
   * Given up when it aborts: the call rejects with its reason. What the server, or this device, was told by then may have been done
   * all the same.
   */
  readonly signal?: AbortSignal;
}

/** A connection to one Quire server. All its rooms share one socket, opened with the first room. */
export interface Client {
  /**
   * Opens a document, or shares it when this client has it open; every `open` is paired with one `leave`.
   *
   * @example
   * const room = client.open<{ wave: { at: [number, number] } }, { pointer: { x: number; y: number } | null }>('team/plan');
   * @typeParam Events what is said in it, by name
   * @typeParam P the fields of presence
   * @throws {QuireError} `bad-document-name`, `client-closed`, `no-websocket`
   */
  open<Events extends object = EventMap, P extends object = Presence>(name: string): Room<Events, P>;
  readonly documents: DocumentsApi;
  /** Every call of the HTTP API, by its name. */
  readonly api: RestClient;
  readonly leftovers: LeftoversApi;
  /** Closes all rooms and the socket. Unconfirmed changes stay on this device, where `offline` keeps them. */
  close(): void;
}

/**
 * @typeParam Events what is said in it, by name; left out, whatever: who is handed a room need not know
 * @typeParam P the fields of presence, likewise
 */
// biome-ignore lint/suspicious/noExplicitAny: a room of some events is no room of others, nor of unknown ones
export interface Room<Events extends object = any, P extends object = any> {
  readonly name: string;
  readonly doc: Doc;
  /** For editor bindings; what your own pages say of their people is in {@link presence}. */
  readonly awareness: RoomAwareness<P>;
  /** Who is in the room, and what their pages say of them for as long as they are here. */
  readonly presence: RoomPresence<P>;
  readonly status: Readable<RoomStatus>;
  /** Whether the server was reached, and has confirmed every change made so far. {@link whenSaved} waits for it. */
  readonly saved: Readable<boolean>;
  /**
   * Whom the server takes this person for: the user of their token, and an empty text for guests, who are all one to it. Null until
   * it has said so, which it does before anything else of the document; with a token of somebody else it changes.
   */
  readonly userId: Readable<string | null>;
  /** What is said to everybody who is in the room now, and kept nowhere. */
  readonly events: RoomEvents<Events>;
  /** What is said about it; looked at by nobody, it costs nothing. */
  readonly comments: Comments;
  /** Resolves once every change made so far has its receipt; rejects when `signal` aborts or the room closes. */
  whenSaved(options?: CallOptions): Promise<void>;
  /** Resolves once content can be shown, from this device or from the server. */
  whenLoaded(options?: CallOptions): Promise<void>;
  /**
   * Makes a document of its own of what this one holds, for instance because it is `gone`. Resolves with its name once it
   * is saved; of a document that is gone this device then keeps nothing any more.
   *
   * @throws {QuireError} `document-exists`, `refused`, `unreachable`, `no-token`
   */
  saveAs(options?: SaveAsOptions): Promise<string>;
  /**
   * Releases this `open`. The last one takes this person off everybody's screen and closes the document: at once when
   * nothing is unconfirmed; else when the server confirms, or finally refuses, what is, or after a while in which it did
   * neither, provided that this device keeps the changes. Changes held only in memory keep the document open, and the
   * page guarded.
   */
  leave(): void;
}

/** What somebody is, as long as they are here: a pointer, a selection, a mood. By name, as JSON. */
export type Presence = Record<string, unknown>;

/** Somebody else in the room. */
export interface Other<P extends object = Presence> extends Person {
  /** What their page says of them. Another page may say anything: look at what comes before you rely on it. */
  readonly presence: Readonly<Partial<P>>;
}

/**
 * Who is in the room, and what pages say of their people to everybody in it. `user` and `cursor` are taken, by names and by the
 * carets of text editors, and `typing` by `useTyping`.
 *
 * @example
 * room.presence.update({ pointer: { x, y } });
 * room.presence.others.subscribe((others) => {
 *   for (const { name, presence } of others) draw(name, presence.pointer);
 * });
 */
export interface RoomPresence<P extends object = Presence> {
  /**
   * Everybody in the document, one row per tab: me first, then by arrival. Where there are more than the server lists
   * (`limits.maxListedPeople`), those who edit go before those who only look on.
   */
  readonly people: Readable<readonly Person[]>;
  /** How many more are in the document than `people` has; nothing but their number is known. */
  readonly viewers: Readable<number>;
  /** The others among `people`, with what their pages say. Who has not changed is the same object as before. */
  readonly others: Readable<readonly Other<P>[]>;
  /** What this page says. */
  readonly mine: Readable<Readonly<Partial<P>>>;
  /** Who one is to the others. */
  setPerson(person: PersonDetails): void;
  /**
   * Merges fields into what this page says, in one change. Each is sent to everybody, so call it at most some 25 times a second. Who
   * has left says nothing.
   */
  update(patch: Readonly<Partial<P>>): void;
}

/**
 * The `Awareness` of y-protocols, which knows what one's own pages say in it. Other pages may say anything: look at what comes
 * before you rely on it. `user` and `cursor` are taken, by names and by the carets of text editors.
 */
export interface RoomAwareness<P extends object> extends Awareness {
  getLocalState(): Readonly<Partial<P>> | null;
  setLocalState(state: Readonly<Partial<P>> | null): void;
  setLocalStateField<Field extends keyof P & string>(field: Field, value: P[Field]): void;
  getStates(): Map<number, Readonly<Partial<P>>>;
}

/** Events by name, with the data of each. What others really send is theirs to keep to. */
export type EventMap = Record<string, unknown>;

/** An event as everybody in the room hears it, whoever sent it too. */
export interface ReceivedEvent<Name extends string = string, Data = unknown> {
  readonly id: string;
  readonly name: Name;
  readonly data: Data;
  /** As the server knows them; `clientId` finds them in `presence.people`. */
  readonly from: EventSender;
  /** When the server took it (ms since 1970, by the server’s clock). */
  readonly at: number;
  /** This page sent it, in a room of which it was one of the people. */
  readonly isMine: boolean;
}

export interface SentEvent {
  readonly id: string;
  readonly at: number;
}

/**
 * What is said to everybody who is in the room: each hears what one sender says in the order in which it was said, once. Who is
 * away for a moment gets what they missed when they are back, or is told by `onGap` that it can't be had.
 */
export interface RoomEvents<Events extends object = EventMap> {
  /** Hears events from now on; returns how to stop. */
  on<Name extends keyof Events & string>(
    name: Name,
    listener: (event: ReceivedEvent<Name, Events[Name]>) => void,
    options?: CallOptions,
  ): () => void;
  /** Called when events were `lost`, or when it is `unknown` whether any were: what follows from them must be had anew. */
  onGap(listener: (gap: EventGap) => void, options?: CallOptions): () => void;
  /** Resolves once whatever is sent from now on is heard here, for as long as the connection lasts. */
  whenListening(options?: CallOptions): Promise<void>;
  /**
   * Resolves once the server has taken it, and everybody is being told. While there is no connection, or more come than the
   * server takes, it waits; give it a `signal` where it makes no sense later (then it may have been sent all the same).
   *
   * @param data anything that JSON has a word for
   * @throws {QuireError} `refused`, with the problem `forbidden` (events are for who may at least comment), `event-too-large`,
   * `bad-event` or, where too many wait already, `too-many-events` (retryable); `unconfirmed`, where its answer was lost and the
   * server no longer knows whether it took it; `room-closed`
   */
  send<Name extends keyof Events & string>(name: Name, data?: Events[Name], options?: CallOptions): Promise<SentEvent>;
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
   * `cannot-save` or `gone`, nothing more is sent by itself until the next change, where `canEdit` is true.
   */
  readonly retrying: boolean;
  /** Why changes can't be saved, in words for a person; only in the states `cannot-save` and `gone`. */
  readonly reason?: string;
  /** The name of the code with which the server has refused for good (`unauthorized`, `link-ended`); see docs/protocol.md. */
  readonly refusal?: string;
  /**
   * What the application has to see to: `no-token`, with what its `getToken` failed with as the `cause`. It is asked again
   * until there is one; a room that is open stays open meanwhile, until what let it in has ended. Of {@link Comments} also what
   * kept them from being opened.
   */
  readonly error?: QuireError;
  readonly canEdit: boolean;
  /**
   * How often the server has said what this person may do here, which it does when they enter and when that changes. Their role
   * is not among it: who shows that asks anew when this changes (`documents.get`, `comments.you`).
   */
  readonly admissions: number;
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

export interface SaveAsOptions extends CallOptions {
  /** Left out: one that nobody has, beside the former document. */
  readonly name?: string;
  /** Left out: that of the former document. */
  readonly title?: string;
}

/** Changes to a document that the server never took because the document was deleted, or deleted and begun anew. */
export interface Leftover {
  readonly id: string;
  /** What the document was called; another one may be called so today. */
  readonly name: string;
  /** How many changes never reached the server. */
  readonly unsaved: number;
  /** When this device found out (ms since 1970). */
  readonly setAsideAt: number;
}

/**
 * Edits never go from one life of a document into another. What was changed here and not yet saved when a document was
 * deleted stays on this device, with all that it was written in, until somebody takes it along or throws it away.
 */
export interface LeftoversApi {
  /** The newest first. Empty where this client keeps nothing on this device. */
  list(options?: CallOptions & { readonly name?: string }): Promise<readonly Leftover[]>;
  /** The document as it was here, changes included, in a document that is connected to nothing. */
  read(leftover: Leftover, options?: CallOptions): Promise<Doc>;
  /**
   * Makes a document of its own of it, and keeps it here no longer once that is saved. Resolves with the document's name.
   *
   * @throws {QuireError} `document-exists`, `refused`, `unreachable`, `no-token`, `client-closed`
   */
  saveAs(leftover: Leftover, options?: SaveAsOptions): Promise<string>;
  discard(leftover: Leftover, options?: CallOptions): Promise<void>;
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

export interface ListDocumentsOptions extends CallOptions {
  readonly prefix?: string;
  /** Words that the title holds, in any order, whatever their case. */
  readonly search?: string;
  /** The `next` of the page before. */
  readonly after?: string;
  readonly limit?: number;
  readonly order?: 'name' | 'recent';
}

export interface ListBinOptions extends CallOptions {
  /** The `next` of the page before. */
  readonly after?: string;
  readonly limit?: number;
}

export interface ReadUpdateOptions extends CallOptions {
  /** What is known already, as `Y.encodeStateVector` says it: only what is missing comes. */
  readonly since?: Uint8Array;
}

/** The text of a document: as ProseMirror and Tiptap write it (`editor.getJSON()`), or as a text in one of the other formats. */
export type ContentIn<Format extends ContentFormat> = Format extends 'json' ? ContentDocument : string;

/** Documents over HTTP. Every call rejects with a {@link QuireError} whose message can be shown. */
export interface DocumentCalls {
  list(options?: ListDocumentsOptions): Promise<DocumentList>;
  /** With the role that this client has in it. */
  get(name: string, options?: CallOptions): Promise<DocumentWithRole>;
  create(document?: { readonly name?: string; readonly title?: string }, options?: CallOptions): Promise<DocumentInfo>;
  rename(name: string, title: string, options?: CallOptions): Promise<DocumentInfo>;
  /** A document of its own with the same content, without the comments; left out, under a random name, and with the same title. */
  copy(
    name: string,
    copy?: { readonly name?: string; readonly title?: string },
    options?: CallOptions,
  ): Promise<DocumentInfo>;
  /** Nobody can open it any more, and whoever has it open is put out; {@link restore} takes it out as it was. */
  moveToBin(name: string, options?: CallOptions): Promise<void>;
  /** Those in the bin that this client owns, the latest first, each with when it is purged by itself. */
  listBin(options?: ListBinOptions): Promise<BinList>;
  restore(name: string, options?: CallOptions): Promise<DocumentWithRole>;
  /** Of one that is in the bin, for good. */
  purge(name: string, options?: CallOptions): Promise<void>;
  /** Of one that need not be in the bin: at once, comments and links included, and nobody can take it back. */
  deleteForGood(name: string, options?: CallOptions): Promise<void>;
  /**
   * The text of a document, as its editors show it.
   *
   * @example
   * const markdown = await client.documents.readContent('plan', 'markdown');
   */
  readContent<Format extends ContentFormat>(
    name: string,
    format: Format,
    options?: CallOptions,
  ): Promise<ContentIn<Format>>;
  /** Who has it open sees it change as by an edit; paragraphs at both ends that stay the same keep their comments. */
  replaceContent<Format extends ContentFormat>(
    name: string,
    format: Format,
    content: ContentIn<Format>,
    options?: CallOptions,
  ): Promise<void>;
  /** All that is in a document, for `Y.applyUpdate`. */
  readUpdate(name: string, options?: ReadUpdateOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Merges what `Y.encodeStateAsUpdate` gave; what the document has already changes nothing. */
  writeUpdate(name: string, update: Uint8Array, options?: CallOptions): Promise<void>;
}

export interface DocumentsApi extends DocumentCalls {
  readonly links: LinksApi;
}

/** What a new share link is to be. */
export interface LinkOptions {
  readonly role: LinkRole;
  /** ISO 8601, with its offset; left out, the link lasts until it is revoked. */
  readonly expires?: string;
  /** What it is for, to tell it from others. */
  readonly label?: string;
}

/** Links that let whoever has them into a document. For its owners. */
export interface LinksApi {
  /** The answer is the only one that ever holds the link's token, and the address that opens the app with it. */
  create(name: string, link: LinkOptions, options?: CallOptions): Promise<CreatedLink>;
  /** Those that work, the latest first; all of them, in as many calls as that takes. */
  list(name: string, options?: CallOptions): Promise<readonly ShareLink[]>;
  /** Resolves once nobody enters by it any more; those who did are put out within seconds. */
  revoke(name: string, id: string, options?: CallOptions): Promise<void>;
}

/** Somebody who may look at comments, perhaps say something, and perhaps change what others said. */
export type Speaker = ThreadList['you'];

/** A part of a shared text, or of several that lie in one tree: positions that stay right while others write. */
export interface TextRange {
  readonly start: RelativePosition;
  readonly end: RelativePosition;
}

/** What is done about comments over HTTP. Calls reject with a {@link QuireError} whose message can be shown. */
export interface CommentCalls {
  /** Who one is to the server, to know what is one's own; a guest has an empty `id`, as all guests have. */
  you(options?: CallOptions): Promise<Speaker>;
  /**
   * Begins a thread, about a range of the text or about the whole document. The range is marked in the document, and
   * so nothing is sent until the text is saved.
   *
   * @throws {QuireError} `not-saved`, where that takes too long
   */
  start(text: string, range?: TextRange, options?: CallOptions): Promise<Thread>;
  reply(thread: string, text: string, options?: CallOptions): Promise<Comment>;
  /** For who wrote it. */
  change(thread: string, comment: string, text: string, options?: CallOptions): Promise<Comment>;
  /** For who wrote it, and for editors. With the last comment the thread goes. */
  withdraw(thread: string, comment: string, options?: CallOptions): Promise<void>;
  resolve(thread: string, options?: CallOptions): Promise<Thread>;
  reopen(thread: string, options?: CallOptions): Promise<Thread>;
  /** For who began it, as long as nobody else has said anything in it, and for editors. */
  remove(thread: string, options?: CallOptions): Promise<void>;
  /** Moves the mark in the text, once that is saved, as with {@link start}. For who began the thread, and for editors. */
  anchor(thread: string, range: TextRange, options?: CallOptions): Promise<Thread>;
  /** Takes the mark out of the text. For the same people. */
  unanchor(thread: string, options?: CallOptions): Promise<void>;
}

/**
 * The comments on a document, which are in a document of their own on the same socket, with a role of its own: who may not edit
 * the one may comment on it. It is opened when somebody first subscribes to `threads` or `status`, or asks for `whenLoaded`, and
 * left with the room. The server says who wrote what, and when; of who has no token, it takes the name that they have in presence. What
 * calls did is in `threads` a moment later.
 *
 * Where it can't be opened `threads` stays empty, `status` says why in `reason` and `error`, and `whenLoaded` rejects:
 * `bad-document-name` where the document is one that nobody comments on, `room-closed`, `client-closed`.
 */
export interface Comments extends CommentCalls {
  /** As everybody sees them, oldest first; empty until they are there. */
  readonly threads: Readable<readonly Thread[]>;
  /** Of their own connection; `canEdit` says whether this person may comment. */
  readonly status: Readable<RoomStatus>;
  /** They can be there before the document is, but nobody says anything until it is stored. */
  whenLoaded(options?: CallOptions): Promise<void>;
}
