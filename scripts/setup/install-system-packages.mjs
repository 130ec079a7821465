import { findProgram, outerEnvironment, run, runInterruptibly, soundsLikeNoNetwork } from './command.mjs';
import { withoutStartingServices } from './service-policy.mjs';
import { SetupFailure } from './setup-failure.mjs';

const STEP = 'test programs';
// Debian's packages have the names of their programs; that of prometheus brings promtool, too, and redis-server is a
// Sentinel where it is told to be.
const PROGRAMS = [
  'chromium-headless-shell',
  'prometheus',
  'haproxy',
  'nginx',
  'redis-server',
  'docker-compose',
  'curl',
];
/**
 * The same browser with windows, which nobody sees: it computes half as much again (e2e/chromium.ts). Where it is all that there is
 * and can be, it does.
 */
const STAND_IN = { for: 'chromium-headless-shell', is: 'chromium' };

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
export async function installSystemPackages(root, say) {
  const env = outerEnvironment(process.env);
  const missing = PROGRAMS.filter((program) => findProgram(program, env) === null);
  if (missing.length === 0) return say(`test programs: ${PROGRAMS.join(', ')} are there`);
  const isDispensable = missing.every((program) => program === STAND_IN.for) && findProgram(STAND_IN.is, env) !== null;
  const goOnWithout = (/** @type {string} */ fault) =>
    say(`test programs: ${fault}; ${STAND_IN.is} takes the place of ${STAND_IN.for}, and takes longer`);
  const packages = missing.join(' ');
  const hindrance = findHindrance(packages, env);
  if (hindrance !== null) {
    if (isDispensable) return goOnWithout(hindrance.fault);
    throw hindrance;
  }
  say(`test programs: installing ${packages} with apt-get`);
  await withoutStartingServices(async (interruption) => {
    const options = { cwd: root, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, interruption };
    const failure =
      (await aptGet(['update'], options)) ??
      (await aptGet(['install', '-y', '--no-install-recommends', ...missing], options));
    if (failure !== null && isDispensable) return goOnWithout(failure.fault);
    if (failure !== null) throw failure;
    for (const program of missing) keepFromBooting(program, root, env);
    say(`test programs: installed ${packages}`);
  });
}

/**
 * @param {string} packages
 * @param {NodeJS.ProcessEnv} env
 * @returns {SetupFailure | null} why nothing can be installed here
 */
function findHindrance(packages, env) {
  if (findProgram('apt-get', env) === null) {
    return new SetupFailure({
      step: STEP,
      fault: `${packages} missing, and this machine has no apt-get`,
      cure: `install ${packages} so that PATH finds them`,
    });
  }
  if (process.getuid?.() === 0) return null;
  return new SetupFailure({
    step: STEP,
    fault: `${packages} missing, and only root may install them`,
    cure: `sudo apt-get update && sudo apt-get install -y ${packages}, then run this again`,
  });
}

/**
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, interruption: AbortSignal }} options
 * @returns {Promise<SetupFailure | null>}
 */
async function aptGet(args, options) {
  const result = await runInterruptibly('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], options);
  return result.ok ? null : explainAptFailure(args, result.output);
}

/**
 * @param {readonly string[]} args
 * @param {string} output
 * @returns {SetupFailure}
 */
export function explainAptFailure(args, output) {
  const [fault, cure] = soundsLikeNoNetwork(output)
    ? ['the package mirror cannot be reached', 'check the network or the proxy of apt, then run this again']
    : /Could not get lock/.test(output)
      ? ['another package manager is at work', 'wait until it ends, then run this again']
      : /Unable to locate package|has no installation candidate/.test(output)
        ? ['this distribution does not offer the packages', `install ${PROGRAMS.join(', ')} so that PATH finds them`]
        : [`apt-get ${args[0]} failed`, 'read what apt-get says below'];
  return new SetupFailure({ step: STEP, fault, cure, detail: output });
}

/**
 * A service that may not start now would still start with the machine.
 *
 * @param {string} service
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
function keepFromBooting(service, root, env) {
  // Chromium is no service, and a machine without systemd has none that it would start: neither is a failure.
  if (findProgram('systemctl', env) !== null) run('systemctl', ['disable', service], { cwd: root, env });
}
