import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A child process that appends without end, and what it has said so far. */
export class Victim {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #listeners = new Set<() => void>();
  #errors = '';
  incarnation = '';
  readonly sent = new Set<number>();
  /** What it was told is stored: number -> sequence. */
  readonly stored = new Map<number, number>();
  readonly statuses: string[] = [];
  folds = 0;

  constructor(directory: string, bytes = 10, lanes = 8) {
    const script = fileURLToPath(new URL(`./append-forever${extname(import.meta.filename)}`, import.meta.url));
    this.#child = spawn(process.execPath, [script, directory, `${bytes}`, `${lanes}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('The child has no output');
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => this.#hear(line));
    // Only once everything that it said before its end has been heard.
    this.#ended = Promise.all([once(this.#child, 'exit'), once(lines, 'close')]).then(() => this.#tell());
    onTestFinished(() => this.kill());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when `condition` holds. A child that ends before that fails the test with what it complained about. */
  async until(condition: (victim: this) => boolean): Promise<void> {
    while (!condition(this)) {
      const { exitCode, signalCode } = this.#child;
      if (exitCode !== null || signalCode !== null) throw new Error(`The child ended by itself: ${this.#errors}`);
      await new Promise<void>((resolve) => this.#listeners.add(resolve));
    }
  }

  /** SIGKILL: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #hear(line: string): void {
    const [word, first = '', second = ''] = line.split(' ');
    if (word === 'open') this.incarnation = first;
    if (word === 'sent') this.sent.add(Number(first));
    if (word === 'stored') this.stored.set(Number(first), Number(second));
    if (word === 'status') this.statuses.push(first);
    if (word === 'folded') this.folds += 1;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
