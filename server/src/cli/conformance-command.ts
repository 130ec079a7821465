/** Of the test kit, since the suite brings published providers along, for which a server has no use of its own. */
const SUITE = '@quire/testing/conformance';

/** What this command needs of the suite. */
interface Suite {
  /** Prints what it finds, and gives back the status to end with. */
  runConformance(args: readonly string[]): Promise<number>;
}

const NOT_CARRIED_OUT = 2;

/** `quire conformance`: hands its arguments to the suite, if that is installed beside this server. */
export async function checkConformance(args: readonly string[], suiteName = SUITE): Promise<void> {
  const suite = await findSuite(suiteName);
  if (suite === null) {
    process.exitCode = NOT_CARRIED_OUT;
    process.stderr.write(
      `The conformance suite is in ${suiteName}, which is not installed here.\n` +
        '  Install @quire/testing beside @quire/server, in the same version: npm install @quire/testing\n',
    );
    return;
  }
  process.exitCode = await suite.runConformance(args);
}

/** By a name in a variable: this package doesn't stand on the kit, which stands on it. */
async function findSuite(name: string): Promise<Suite | null> {
  try {
    return await import(name);
  } catch (error) {
    if (error instanceof Error && isMissing(error, name)) return null;
    throw error;
  }
}

/** Whether it is the suite itself that is missing, and not something that it needs, whose error names who needs it. */
export function isMissing(error: Error, name: string): boolean {
  if (!('code' in error)) return false;
  const [scope, unscoped, ...path] = name.split('/');
  const packageName = `${scope}/${unscoped}`;
  switch (error.code) {
    // Some loaders name the package, some all of the name.
    case 'ERR_MODULE_NOT_FOUND':
      return [packageName, name].some((missing) => error.message.startsWith(`Cannot find package '${missing}'`));
    // What is installed is from before there was a suite.
    case 'ERR_PACKAGE_PATH_NOT_EXPORTED':
      return (
        error.message.startsWith(`Package subpath './${path.join('/')}' `) &&
        error.message.includes(`${packageName}/package.json`)
      );
    default:
      return false;
  }
}
