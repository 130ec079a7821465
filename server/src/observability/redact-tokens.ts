const tokenParameter =
  /([?&;](?:token|access_token|id_token|auth|authorization|jwt|key|secret|password)=)[^&\s"'<>#\\]+/gi;

/** Blanks what a query string carries as a credential, anywhere in a text. */
export function redactTokens(text: string): string {
  return text.includes('=') ? text.replace(tokenParameter, '$1[redacted]') : text;
}
