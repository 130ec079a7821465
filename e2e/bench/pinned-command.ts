/** A command that runs on some cores only and that the kernel ends if this process dies. Node takes all the open files that it may have by itself. */
export function pin(cores: string, command: readonly string[]): { readonly program: string; readonly args: string[] } {
  return { program: 'setpriv', args: ['--pdeathsig', 'KILL', 'taskset', '-c', cores, ...command] };
}
