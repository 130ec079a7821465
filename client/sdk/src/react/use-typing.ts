import { useEffect, useMemo } from 'react';
import type { Person, Room } from '../api.ts';
import { useArguments } from './hook-arguments.ts';
import { areSamePeople, createTypingSign, findTypists } from './typing.ts';
import { readNobody } from './use-others.ts';
import { useSelected } from './use-readable.ts';

/**
 * Who else is typing, and how to say that one is. What is said lasts for five seconds, so say it with every change;
 * it ends at once with `false`, and with the component. Keys that change nothing are no typing.
 *
 * @example
 * const [typists, setTyping] = useTyping();
 * <input onInput={() => setTyping(true)} onBlur={() => setTyping(false)} />
 */
export function useTyping(
  room?: Room | null,
): readonly [typists: readonly Person[], setTyping: (isTyping: boolean) => void];
export function useTyping(...given: readonly unknown[]) {
  const [room] = useArguments<[]>('useTyping', given);
  const typists = useSelected(room?.presence.others ?? null, readNobody, findTypists, areSamePeople);
  const sign = useMemo(() => createTypingSign(room), [room]);
  useEffect(() => sign.end, [sign]);
  return [typists, sign.set] as const;
}
