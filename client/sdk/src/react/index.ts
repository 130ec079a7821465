'use client'; // where components are also rendered on a server for good, as with React Server Components, these are not

export type { Other, Presence } from '../api.ts';
export type { IsEqual, Select } from './hook-arguments.ts';
export { isShallowEqual } from './is-shallow-equal.ts';
export { QuireProvider, type QuireProviderProps } from './quire-provider.ts';
export { RoomProvider, type RoomProviderProps } from './room-provider.ts';
export type { SharedArray, SharedMap, SharedText } from './shared-types.ts';
export { useClient } from './use-client.ts';
export { useEvent } from './use-event.ts';
export { useOthers } from './use-others.ts';
export { type UpdatePresence, usePresence } from './use-presence.ts';
export { useReadable } from './use-readable.ts';
export { type RoomOptions, useRoom } from './use-room.ts';
export { useSharedArray, useSharedMap, useSharedText } from './use-shared.ts';
export { useStatus } from './use-status.ts';
export { type TextFieldProps, useTextField } from './use-text-field.ts';
export { useTyping } from './use-typing.ts';
