import { createElement, type ReactElement, type ReactNode } from 'react';
import { RoomContext } from './contexts.ts';
import { type RoomOptions, useRoom } from './use-room.ts';

export interface RoomProviderProps extends RoomOptions {
  /** Of the document. */
  readonly name: string;
  readonly children?: ReactNode;
}

/**
 * Has a document open while it is mounted, and gives its room to the hooks below that are told of none.
 *
 * @example
 * <RoomProvider name="team/plan" person={{ name: 'Ada', color: '#2563eb' }}>
 *   <Editor />
 * </RoomProvider>
 */
export function RoomProvider({ name, person, children }: RoomProviderProps): ReactElement {
  const room = useRoom(name, { person });
  return createElement(RoomContext.Provider, { value: room }, children);
}
