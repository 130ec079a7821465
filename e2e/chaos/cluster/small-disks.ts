import { mountSmallDisk, type SmallDisk } from '../../small-disk.ts';

/** Disks for all nodes, or why there are none. */
export type SmallDisks =
  | { readonly kind: 'mounted'; readonly disks: readonly SmallDisk[] }
  | { readonly kind: 'none'; readonly why: string };

/** Wherever that may be done: as root of this machine, and in a container only where it has the right. */
export function mountSmallDisks(
  paths: readonly string[],
  bytes: number,
  mount: typeof mountSmallDisk = mountSmallDisk,
): SmallDisks {
  const disks: SmallDisk[] = [];
  try {
    for (const path of paths) disks.push(mount(path, bytes));
    return { kind: 'mounted', disks };
  } catch (error) {
    for (const disk of disks) disk.unmount();
    const [said] = (error instanceof Error ? error.message : String(error)).trim().split('\n').slice(-1);
    return { kind: 'none', why: `no disk can be mounted here that is small enough to be filled (${said})` };
  }
}
