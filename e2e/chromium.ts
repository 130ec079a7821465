import { findProgram } from '../scripts/setup/command.mjs';

const executablePath = findProgram('chromium', process.env);
if (executablePath === null) throw new Error('PATH finds no chromium: node scripts/setup.mjs test installs it');

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
