/** What a check did, what the guarantee asks for, and what the server did instead. */
export interface Finding {
  readonly sent: string;
  readonly expected: string;
  readonly came: string;
}

/** The server does not keep what a check is about. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  readonly finding: Finding;

  constructor(finding: Finding, options?: ErrorOptions) {
    super(`expected ${finding.expected}; came ${finding.came}`, options);
    this.finding = finding;
  }
}

/** What a check is about can't be seen on this server: it is neither kept nor broken. */
export class NotCheckable extends Error {
  override readonly name = 'NotCheckable';
}
