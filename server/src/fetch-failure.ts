/** Why a request got no answer, of `fetch` or `node:http`, in words that complete "… can't be reached: ". */
export function describeFetchFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause: Error = error.cause instanceof Error ? error.cause : error;
  // A name with several addresses fails with one error for each.
  const root: Error = cause instanceof AggregateError && cause.errors[0] instanceof Error ? cause.errors[0] : cause;
  switch ('code' in root ? root.code : undefined) {
    case 'ECONNREFUSED':
      return 'the connection is refused';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return 'the connection was cut';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'no such name is known';
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'nobody answers';
    default:
      return root.message;
  }
}
