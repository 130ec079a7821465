import { vi } from 'vitest';

/**
 * What a test waits for comes at once, or within Vitest's one second, only where the machine has little else to do. Whoever has
 * what they wait for waits no longer for this.
 */
const PATIENCE_MS = 15_000;

const { waitFor } = vi;
vi.waitFor = (callback, options = {}) =>
  waitFor(callback, { timeout: PATIENCE_MS, ...(typeof options === 'number' ? { timeout: options } : options) });
