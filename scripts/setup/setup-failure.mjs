/** A step of the set-up that could not be done: which, why, and what the person at the keyboard can do about it. */
export class SetupFailure extends Error {
  /**
   * @param {{ step: string, fault: string, cure: string, detail?: string }} parts
   */
  constructor({ step, fault, cure, detail }) {
    super(`${step}: ${fault}`);
    this.name = 'SetupFailure';
    this.step = step;
    this.fault = fault;
    this.cure = cure;
    this.detail = detail;
  }
}

/**
 * @param {SetupFailure} failure
 * @returns {string}
 */
export function describeFailure(failure) {
  const lines = [`setup: ${failure.step} FAILED`, `  fault: ${failure.fault}`, `  cure:  ${failure.cure}`];
  const detail = failure.detail?.trim().split('\n').slice(-40) ?? [];
  return [...lines, ...detail.map((line) => `  | ${line}`)].join('\n');
}
