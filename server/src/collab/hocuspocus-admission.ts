import type { Connection as HocuspocusConnection } from '@hocuspocus/server';
import {
  type ClientFrame,
  type CloseCode,
  closeCodes,
  decodeServerFrame,
  describeClose,
  encodeHocuspocusFrame,
  findCloseCode,
} from '@quire/protocol';
import type { Grant } from '../auth/authenticator.ts';
import type { Admission, AdmissionHost } from './admission.ts';
import type { DocumentConnection } from './document-connection.ts';
import type { DocumentOwner } from './document-owner.ts';
import { harden, type QuireHocuspocus } from './quire-hocuspocus.ts';
import type { SessionOrigin, SessionPort } from './session-port.ts';

type TokenFrame = Extract<ClientFrame, { kind: 'token' }>;

const BY_THE_CLIENT = { code: 1000, reason: 'provider_initiated' };

/** What hooks of Hocuspocus find in their context. */
export interface HookContext {
  readonly admission: HocuspocusAdmission;
  readonly grant?: Grant;
}

export interface HocuspocusAdmissionContext {
  readonly hocuspocus: QuireHocuspocus;
  findOwner(connection: HocuspocusConnection): DocumentOwner | undefined;
}

/** Admission through Hocuspocus, so that the hooks of extensions see every connection. */
export class HocuspocusAdmission implements Admission {
  readonly origin: SessionOrigin;
  readonly #host: AdmissionHost;
  readonly #port: SessionPort;
  readonly #context: HocuspocusAdmissionContext;
  readonly #client: ReturnType<QuireHocuspocus['handleConnection']>;

  constructor(host: AdmissionHost, port: SessionPort, origin: SessionOrigin, context: HocuspocusAdmissionContext) {
    this.#host = host;
    this.#port = port;
    this.origin = origin;
    this.#context = context;
    const hookContext: HookContext = { admission: this };
    this.#client = context.hocuspocus.handleConnection(
      {
        get readyState() {
          return port.isOpen ? 1 : 3;
        },
        send: (data: unknown) => this.#relay(data as Uint8Array),
        close: (code, reason) => port.close({ ...describeClose(code ?? 1000), reason: reason ?? '' }),
      },
      new Request(origin.url, { headers: origin.headers }),
      hookContext,
    );
    harden(this.#client);
  }

  begin(connection: DocumentConnection, token: TokenFrame): void {
    this.pass(connection, token);
  }

  pass(connection: DocumentConnection, frame: Parameters<Admission['pass']>[1]): void {
    if (frame.kind === 'close') {
      // At once, as without extensions: what the client says next may be for another connection to the same document.
      if (connection.state.kind === 'established') connection.state.hocuspocus?.close(BY_THE_CLIENT);
      return;
    }
    if (!this.#port.isOpen) return;
    const passed = frame.kind === 'token' ? withoutEpoch(frame) : frame;
    this.#client.handleMessage(encodeHocuspocusFrame(connection.address.raw, passed));
  }

  endConnection(connection: DocumentConnection, code: CloseCode): void {
    if (connection.state.kind !== 'established') return;
    connection.state.hocuspocus?.close({ code: code.code, reason: code.name });
  }

  end(code: number, reason: string): void {
    this.#client.handleClose({ code, reason });
  }

  /** Called by our hook once Hocuspocus has authorised a connection and loaded its document. */
  connected(hocuspocus: HocuspocusConnection, grant: Grant): void {
    const connection = this.#host.find(hocuspocus.messageAddress);
    if (connection?.state.kind !== 'establishing') {
      hocuspocus.close();
      return;
    }
    hocuspocus.onClose(() => this.#host.drop(connection));
    this.#host.establish(connection, this.#context.findOwner(hocuspocus), grant, hocuspocus);
  }

  /** Says what Hocuspocus says, in the dialect of the socket, and acts on its refusals. */
  #relay(data: Uint8Array): void {
    const { rawAddress, frame } = decodeServerFrame(data);
    if (frame.kind === 'denied') {
      const code = findCloseCode(frame.reason) ?? closeCodes.forbidden;
      this.#host.refuse(this.#host.find(rawAddress), code, frame.reason);
      return;
    }
    const body = this.#port.dialect.say(frame);
    if (body === null) return;
    const prefix = this.#port.dialect.prefix(rawAddress);
    if (this.#port.isOpen) this.#port.sent?.add(frame.kind, prefix.length + body.length);
    this.#port.send(this.#port.frame(prefix, body));
  }
}

/** Which life a client's copy is of is between the client and us: Hocuspocus's frame has no such field. */
function withoutEpoch({ kind, token, providerVersion }: TokenFrame): TokenFrame {
  return { kind, token, providerVersion };
}
