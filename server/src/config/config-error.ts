export interface ConfigIssue {
  /** `limits.maxFrameBytes`; for what is no setting, what was written. */
  readonly path: string;
  /** Where the value came from: `QUIRE_PORT`, `--port`, `/etc/quire.json:port`. */
  readonly source: string;
  readonly fault: string;
  readonly cure: string;
}

/** Everything that is wrong with the settings, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    super(describeIssues(issues));
    this.issues = issues;
  }
}

function describeIssues(issues: readonly ConfigIssue[]): string {
  const count = issues.length === 1 ? 'one setting is wrong' : `${issues.length} settings are wrong`;
  const lines = issues.map((issue) => {
    const source = issue.source === issue.path ? '' : ` (${issue.source})`;
    return `  ${issue.path}${source}: ${issue.fault}\n    ${issue.cure}`;
  });
  return [`Quire can't start: ${count}.`, ...lines].join('\n');
}
