/** What a server's log says that it should not have to: errors, and warnings of Node itself, as of a leak of listeners. */
export function findComplaints(log: string): string[] {
  return log.split('\n').filter((line) => isError(line) || isWarningOfNode(line));
}

function isError(line: string): boolean {
  return /^\{.*"level":"(error|fatal)"/.test(line);
}

function isWarningOfNode(line: string): boolean {
  return !line.startsWith('{') && /\b\w*(Warning|Error): /.test(line);
}
