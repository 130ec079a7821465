/** What helps whoever the server keeps out; null where it is about something else. */
export function adviseOnAccess(refusal: string | undefined): string | null {
  switch (refusal) {
    case 'unauthorized':
      return 'Open it from where you signed in, or with a link that holds a fresh token; whoever runs this server can give you one.';
    case 'forbidden':
    case 'access-revoked':
    case 'link-ended':
      return 'Whoever owns it, or runs this server, can let you in.';
    default:
      return null;
  }
}
