import { findProgram } from '../scripts/setup/command.mjs';

// Its shell is the same browser without windows of its own, and computes a third less: with them a test has twice as many processes
// that draw.
const executablePath = findProgram('chromium-headless-shell', process.env) ?? findProgram('chromium', process.env);
if (executablePath === null) {
  throw new Error('PATH finds no chromium-headless-shell, and no chromium: node scripts/setup.mjs test installs it');
}

/** The browser of the machine, as every test starts it. */
export const launchOptions = {
  executablePath,
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
