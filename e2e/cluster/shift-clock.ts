/*
 * With `--import`: what a program takes for the time of day is so many milliseconds off, as on a machine whose clock was set
 * wrong. How much time passes it sees as it is.
 */
const shiftMs = Number(process.env.SHIFT_CLOCK_MS ?? 0);
const rightNow = Date.now;
const now = (): number => rightNow() + shiftMs;

globalThis.Date = new Proxy(Date, {
  apply: (target) => new target(now()).toString(),
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
