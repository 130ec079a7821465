import { randomBytes } from 'node:crypto';
import { checks } from './checks/index.ts';
import type { DialectName } from './dialect.ts';
import { guessFromHandshake, guessFromPath } from './guess-dialect.ts';
import { isListening, OperatorError, operateByShell } from './operator.ts';
import { type CommandOptions, parseOptions, UsageError, usage } from './options.ts';
import { countOutcomes, describeCheck, describeEnd, describeResult, describeStart, toJson } from './report-text.ts';
import { type ConformanceReport, checkConformance } from './run-checks.ts';

/** Where what is printed goes. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** As a program ends. */
export const exitStatus = { nothingFailed: 0, somethingFailed: 1, notCarriedOut: 2 } as const;

const standardOutput: Output = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
};

/** `quire conformance`: says what it finds as it finds it, and gives back the status to end with. */
export async function runConformance(args: readonly string[], output: Output = standardOutput): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === 'help') output.out(usage);
    else if (options === 'list') output.out(checks.map(describeCheck).join('\n\n'));
    else return await checkAndReport(options, output);
    return exitStatus.nothingFailed;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof OperatorError)) throw error;
    output.err(error instanceof UsageError ? `${error.message}\n\n${usage}` : error.message);
    return exitStatus.notCarriedOut;
  }
}

async function checkAndReport(options: CommandOptions, output: Output): Promise<number> {
  const { url, token, otherToken, readerToken, prefix, commands, only, patience, asJson } = options;
  const say = asJson ? output.err : output.out;
  if (!(await isListening(url))) {
    output.err(`Nothing listens at ${url}.`);
    return exitStatus.notCarriedOut;
  }
  const dialect = options.dialect ?? guessFromPath(url) ?? (await ask(options, say));
  say(describeStart({ url, dialect }));
  const tell = (report: ConformanceReport): void => {
    say(describeEnd(report));
    if (asJson) output.out(toJson(report));
  };
  const report = await checkConformance({
    url,
    dialect,
    token,
    ...(otherToken === null ? {} : { otherToken }),
    ...(readerToken === null ? {} : { readerToken }),
    ...(commands === null ? {} : { operator: operateByShell(url, commands, { patience }) }),
    prefix,
    only,
    patience,
    onResult: (result) => say(describeResult(result)),
    // What was made until then is there all the same.
    onInterrupted: tell,
  });
  tell(report);
  return countOutcomes(report).failed === 0 ? exitStatus.nothingFailed : exitStatus.somethingFailed;
}

async function ask(
  { url, prefix, token, patience }: CommandOptions,
  say: (text: string) => void,
): Promise<DialectName> {
  const name = `${prefix}${randomBytes(4).toString('hex')}-guess`;
  const dialect = await guessFromHandshake({ url, document: name, token }, patience);
  if (dialect === null) {
    throw new UsageError(
      `nobody at ${url} answers in either dialect: is the address right? --dialect says which it is`,
    );
  }
  say(`Asked about ${name}, it answers in the ${dialect} dialect.`);
  return dialect;
}
