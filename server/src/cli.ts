import { createProgram } from './cli/program.ts';

// The one place that reads the environment; everybody else is given what it says.
await createProgram({ environment: process.env, directory: process.cwd() }).parseAsync(process.argv);
