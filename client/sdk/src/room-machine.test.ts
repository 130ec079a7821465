import { closeCodes, describeClose } from '@quire/protocol';
import { describe, expect, it } from 'vitest';
import {
  advance,
  createRoomMachine,
  describeStatus,
  findNextChange,
  isSaved,
  isSuspect,
  OFFLINE_AFTER_MS,
  QUIET_MS,
  type RoomEffect,
  type RoomEvent,
  STALLED_MS,
} from './room-machine.ts';
import { statusTable } from './status-table.ts';

const edit: RoomEvent = { type: 'changed' };
const update: RoomEvent = { type: 'sent', frame: 'update' };
const stepTwo: RoomEvent = { type: 'sent', frame: 'step-2' };
const receipt: RoomEvent = { type: 'receipt', durable: true };
const lost: RoomEvent = { type: 'closed', close: describeClose(1006), blamed: false };
const refusedByDisk: RoomEvent = { type: 'closed', close: closeCodes.storageRefused, blamed: true };
const authenticated: RoomEvent = { type: 'authenticated', scope: 'read-write' };
const handshake: RoomEvent[] = [{ type: 'joining' }, authenticated, stepTwo, { type: 'content' }];
const joinAndSettle: RoomEvent[] = [...handshake, receipt];

function startRoom() {
  let now = 1_000_000;
  let machine = createRoomMachine(now, true);
  const effects: RoomEffect[] = [];
  return {
    effects,
    see(...events: RoomEvent[]) {
      for (const event of events) {
        const result = advance(machine, event, now);
        machine = result.machine;
        effects.push(...result.effects);
      }
      return describeStatus(machine, now);
    },
    wait(ms: number) {
      now += ms;
      return describeStatus(machine, now);
    },
    nextChangeIn: () => {
      const at = findNextChange(machine, now);
      return at === null ? null : at - now;
    },
    get machine() {
      return machine;
    },
  };
}

describe('room machine: permissions', () => {
  it('counts each time that the server says what this person may do, also where that is as before', () => {
    const room = startRoom();
    expect(room.see(...joinAndSettle).admissions).toBe(1);
    expect(room.see(authenticated)).toMatchObject({ admissions: 2, canEdit: true, state: 'saved' });
    expect(room.see(lost, { type: 'joining' }).admissions).toBe(2);
    expect(room.see({ type: 'authenticated', scope: 'readonly' }).admissions).toBe(3);
  });
});

describe('room machine: connecting', () => {
  it('[G3] nothing is loaded, editable or saved before the server or this device has shown content', () => {
    const room = startRoom();
    expect(room.see()).toMatchObject({ state: 'connecting', loaded: false, canEdit: false, label: 'Connecting…' });
    expect(room.see({ type: 'joining' }, authenticated, stepTwo)).toMatchObject({ state: 'connecting', loaded: false });
    expect(room.see({ type: 'content' })).toMatchObject({ state: 'connecting', loaded: true, canEdit: true });
    expect(room.see(receipt)).toMatchObject({ state: 'saved', label: 'Saved', unsaved: 0 });
  });

  it('[G3] a receipt before the content does not make an empty page "Saved"', () => {
    const room = startRoom();
    expect(room.see({ type: 'joining' }, authenticated, stepTwo, receipt)).toMatchObject({
      state: 'reconnecting',
      loaded: false,
    });
  });

  it('a whole local copy is shown and editable without the server, and its unconfirmed edits count', () => {
    const room = startRoom();
    const status = room.see({ type: 'restored', unsaved: 3, whole: true });
    expect(status).toMatchObject({ loaded: true, canEdit: true, unsaved: 3, state: 'connecting' });
    expect(room.see(...handshake)).toMatchObject({ state: 'saving', unsaved: 3 });
    expect(room.see(receipt)).toMatchObject({ state: 'saved', unsaved: 0 });
  });

  it('[G3] a local copy that never held the whole document is not shown', () => {
    const room = startRoom();
    expect(room.see({ type: 'restored', unsaved: 1, whole: false })).toMatchObject({ loaded: false, canEdit: false });
  });

  it('asks to remember that the local copy is whole, once', () => {
    const room = startRoom();
    room.see(...joinAndSettle, lost, ...joinAndSettle);
    expect(room.effects.filter((effect) => effect.type === 'note-whole')).toHaveLength(1);
  });
});

describe('room machine: a late local copy', () => {
  const resync: RoomEffect = { type: 'resync' };

  it('[R2] after the step 2 asks for another one, whose receipt confirms what it brought', () => {
    for (const before of [handshake, joinAndSettle]) {
      const room = startRoom();
      room.see(...before);
      expect(room.see({ type: 'restored', unsaved: 2, whole: true })).toMatchObject({ state: 'saving', unsaved: 2 });
      expect(room.effects).toContainEqual(resync);
      if (before === handshake) expect(room.see(stepTwo, receipt)).toMatchObject({ state: 'saving', unsaved: 2 });
      else room.see(stepTwo);
      expect(room.see(receipt)).toMatchObject({ state: 'saved', unsaved: 0 });
    }
  });

  it('before the step 2, or with nothing unconfirmed, needs no other', () => {
    const early = startRoom();
    early.see({ type: 'joining' }, authenticated, { type: 'restored', unsaved: 2, whole: true });
    const clean = startRoom();
    clean.see(...joinAndSettle, { type: 'restored', unsaved: 0, whole: true });
    expect([...early.effects, ...clean.effects]).not.toContainEqual(resync);
  });
});

describe('room machine: saving', () => {
  it('[G1] an edit ends "Saved" at once; only its receipt brings it back', () => {
    const room = startRoom();
    room.see(...joinAndSettle);
    room.wait(10_000);
    expect(room.see(edit, update)).toMatchObject({ state: 'saving', unsaved: 1 });
    expect(isSaved(room.machine)).toBe(false);
    expect(room.see(receipt)).toMatchObject({ state: 'saved', unsaved: 0 });
    expect(isSaved(room.machine)).toBe(true);
  });

  it('shows "Saving…" only once a change has waited, and neither word before', () => {
    const room = startRoom();
    room.see(...joinAndSettle);
    expect(room.see(edit, update).label).toBe('');
    expect(room.nextChangeIn()).toBe(QUIET_MS);
    expect(room.wait(QUIET_MS - 1).label).toBe('');
    expect(room.wait(1).label).toBe('Saving…');
    expect(room.see(receipt).label).toBe('Saved');
  });

  it('does not flicker while somebody types and every receipt comes promptly', () => {
    const room = startRoom();
    room.see(...joinAndSettle);
    const labels = new Set<string>();
    for (let key = 0; key < 50; key += 1) {
      labels.add(room.see(edit, update).label);
      labels.add(room.wait(5).label);
      labels.add(room.see(receipt).label);
      labels.add(room.wait(115).label);
    }
    expect([...labels]).toEqual(['']);
    expect(room.wait(QUIET_MS).label).toBe('Saved');
  });

  it('a change without a receipt for long is a connection problem; steady typing is not', () => {
    const stuck = startRoom();
    stuck.see(...joinAndSettle, edit, update);
    expect(stuck.wait(STALLED_MS - 1).state).toBe('saving');
    expect(stuck.wait(1)).toMatchObject({ state: 'reconnecting', label: 'Reconnecting…' });

    const typing = startRoom();
    typing.see(...joinAndSettle, edit, update);
    for (let ms = 0; ms < 3 * STALLED_MS; ms += 200) {
      expect(typing.wait(200).state).toBe('saving');
      typing.see(edit, update, receipt);
    }
    expect(typing.see().unsaved).toBe(1);
  });

  it('tells the device store about every change, even when the count returns to the same', () => {
    const room = startRoom();
    room.see(...joinAndSettle, edit, update, receipt, edit, update);
    expect(room.effects.filter((effect) => effect.type === 'note-unsaved').map((effect) => effect.unsaved)).toEqual([
      1, 0, 1,
    ]);
  });
});

describe('room machine: reconnecting', () => {
  it('[R2] five offline edits: nothing is "Saved" until the receipt of the step 2', () => {
    const room = startRoom();
    room.see(...joinAndSettle);
    expect(room.see(lost, edit, edit, edit, edit, edit)).toMatchObject({ state: 'reconnecting', unsaved: 5 });
    for (const event of handshake) expect(room.see(event)).toMatchObject({ unsaved: 5 });
    expect(room.see().state).toBe('saving');
    expect(room.see(receipt)).toMatchObject({ state: 'saved', unsaved: 0 });
  });

  it('[R2] a reconnect without edits is not "Saved" before its step 2 is confirmed either', () => {
    const room = startRoom();
    room.see(...joinAndSettle, lost);
    for (const event of handshake) expect(room.see(event).state).toBe('reconnecting');
    expect(room.see(receipt).state).toBe('saved');
  });

  it('is offline when the browser says so, or when the connection stays away', () => {
    const room = startRoom();
    room.see(...joinAndSettle);
    expect(room.see(lost, { type: 'network', online: false })).toMatchObject({
      state: 'offline',
      label: 'Offline — will sync',
      canEdit: true,
    });
    expect(room.see({ type: 'network', online: true }).state).toBe('reconnecting');
    room.wait(OFFLINE_AFTER_MS - 1);
    expect(room.nextChangeIn()).toBe(1);
    expect(room.see(lost).state).toBe('reconnecting');
    expect(room.wait(1).state).toBe('offline');
  });

  it('attempts that come to nothing do not hide how long the connection has been away', () => {
    const room = startRoom();
    room.see(...joinAndSettle, lost);
    for (let ms = 0; ms < OFFLINE_AFTER_MS; ms += 2_000) {
      room.see({ type: 'joining' }, lost);
      room.wait(2_000);
    }
    expect(room.see().state).toBe('offline');
    expect(room.see(...joinAndSettle, lost).state).toBe('reconnecting');
  });

  it('goes on telling the truth of receipts when the browser calls a working connection offline', () => {
    const room = startRoom();
    room.see(...joinAndSettle, { type: 'network', online: false });
    expect(room.see(edit, update, receipt).state).toBe('saved');
  });
});

describe('room machine: refusals', () => {
  it('[G5] a disk that refuses writes shows through every reconnect until a receipt arrives', () => {
    const room = startRoom();
    room.see(...joinAndSettle, edit, update);
    const reason = closeCodes.storageRefused.shown;
    expect(room.see(refusedByDisk)).toMatchObject({ state: 'cannot-save', reason, canEdit: true, unsaved: 1 });
    expect(room.see().label).toBe(`Can’t save: ${reason}`);
    for (let round = 0; round < 3; round += 1) {
      for (const event of [...handshake, refusedByDisk]) expect(room.see(event).state).toBe('cannot-save');
      room.wait(3_000);
    }
    expect(room.see(edit).unsaved).toBe(2);
    expect(room.see(...joinAndSettle)).toMatchObject({ state: 'saved', unsaved: 0 });
    expect(room.see()).not.toHaveProperty('reason');
  });

  it('a fault named for somebody else only reconnects', () => {
    const room = startRoom();
    room.see(...joinAndSettle);
    expect(isSuspect(room.machine)).toBe(false);
    expect(room.see({ ...refusedByDisk, blamed: false }).state).toBe('reconnecting');
    room.see(...joinAndSettle, edit, update);
    expect(isSuspect(room.machine)).toBe(true);
  });

  it('[G6] a view-only connection says so and cannot be edited; its refused step 2 is no failure', () => {
    const room = startRoom();
    const status = room.see(
      { type: 'joining' },
      { type: 'authenticated', scope: 'readonly' },
      stepTwo,
      { type: 'content' },
      { type: 'receipt', durable: false },
    );
    expect(status).toMatchObject({ state: 'view-only', canEdit: false, loaded: true });
  });

  it('[G6] edits made before access was reduced are never called saved', () => {
    const room = startRoom();
    room.see(...joinAndSettle, lost, edit);
    const readonly: RoomEvent = { type: 'authenticated', scope: 'readonly' };
    const status = room.see(
      { type: 'joining' },
      readonly,
      stepTwo,
      { type: 'content' },
      { type: 'receipt', durable: false },
    );
    expect(status).toMatchObject({ state: 'cannot-save', unsaved: 1, canEdit: false });
    expect(isSaved(room.machine)).toBe(false);
  });

  it('a change refused on a writable connection is named and stays unsaved', () => {
    const room = startRoom();
    room.see(...joinAndSettle, edit, update);
    expect(room.see({ type: 'receipt', durable: false })).toMatchObject({ state: 'cannot-save', unsaved: 1 });
  });

  it('a permanent refusal detaches the room and nothing brings it back', () => {
    const room = startRoom();
    room.see(...joinAndSettle, edit, update);
    const status = room.see({ type: 'closed', close: closeCodes.forbidden, blamed: true });
    expect(status).toMatchObject({
      state: 'cannot-save',
      canEdit: false,
      unsaved: 1,
      reason: closeCodes.forbidden.shown,
      refusal: closeCodes.forbidden.name,
    });
    expect(room.effects).toContainEqual({ type: 'detach' });
    expect(room.see(...joinAndSettle, lost).state).toBe('cannot-save');
  });

  it('[R4] a change that makes the document too large is named, can be taken back here, and is then offered again', () => {
    const room = startRoom();
    room.see(...joinAndSettle, edit, update);
    const tooLarge: RoomEvent = { type: 'closed', close: closeCodes.documentTooLarge, blamed: true };
    expect(room.see(tooLarge)).toMatchObject({
      state: 'cannot-save',
      canEdit: true,
      retrying: false,
      unsaved: 1,
      reason: closeCodes.documentTooLarge.shown,
    });
    expect(room.effects).not.toContainEqual({ type: 'detach' });
    expect(room.effects).not.toContainEqual({ type: 'rejoin' });
    expect(room.see(edit)).toMatchObject({ state: 'cannot-save', retrying: false });
    expect(room.effects).toContainEqual({ type: 'rejoin' });
    expect(room.see(...joinAndSettle)).toMatchObject({ state: 'saved', unsaved: 0 });
  });

  it('[R14] a deleted document is gone: the local copy is set aside and the room never rejoins', () => {
    const room = startRoom();
    room.see(...joinAndSettle, edit, update);
    const status = room.see({ type: 'closed', close: closeCodes.documentDeleted, blamed: true });
    expect(status).toMatchObject({ state: 'gone', canEdit: false, label: 'Deleted', loaded: true });
    expect(room.effects).toEqual(expect.arrayContaining([{ type: 'set-aside' }, { type: 'detach' }]));
    expect(room.see(...joinAndSettle).state).toBe('gone');
  });
});

describe('room machine: a former life', () => {
  it('[R14] a copy from before a deletion is set aside as if it had seen the deletion', () => {
    const room = startRoom();
    room.see({ type: 'restored', unsaved: 2, whole: true }, ...handshake);
    const status = room.see({ type: 'closed', close: closeCodes.staleEpoch, blamed: true });
    expect(status).toMatchObject({
      state: 'gone',
      canEdit: false,
      retrying: false,
      reason: closeCodes.staleEpoch.shown,
    });
    expect(room.effects).toEqual(expect.arrayContaining([{ type: 'set-aside' }, { type: 'detach' }]));
    expect(room.see(...joinAndSettle).state).toBe('gone');
  });
});

describe('room machine: trying again', () => {
  it('goes on through everything that passes', () => {
    const room = startRoom();
    expect(room.see().retrying).toBe(true);
    for (const event of handshake) expect(room.see(event).retrying).toBe(true);
    expect(room.see(receipt)).toMatchObject({ state: 'saved', retrying: false });
    expect(room.see(edit, update)).toMatchObject({ state: 'saving', retrying: true });
    for (const event of [refusedByDisk, ...handshake]) {
      expect(room.see(event)).toMatchObject({ state: 'cannot-save', retrying: true });
    }
    expect(room.see(receipt, lost, { type: 'network', online: false })).toMatchObject({
      state: 'offline',
      retrying: true,
    });
  });

  it('goes on for who may only read, until they are in again', () => {
    const reader = startRoom();
    const entering: RoomEvent[] = [{ type: 'joining' }, { type: 'authenticated', scope: 'readonly' }, stepTwo];
    for (const event of [refusedByDisk, ...entering]) {
      expect(reader.see(event)).toMatchObject({ state: 'cannot-save', retrying: true });
    }
    const refused: RoomEvent = { type: 'receipt', durable: false };
    expect(reader.see({ type: 'content' }, refused)).toMatchObject({ state: 'view-only', retrying: false });
  });

  it('ends with what is final: a refusal, a deletion, a change that may not be made', () => {
    for (const close of [closeCodes.forbidden, closeCodes.documentDeleted]) {
      const room = startRoom();
      room.see(...joinAndSettle, edit, update);
      expect(room.see({ type: 'closed', close, blamed: true })).toMatchObject({ retrying: false, unsaved: 1 });
    }
    const reader = startRoom();
    reader.see(...joinAndSettle, lost, edit, { type: 'joining' });
    const status = reader.see({ type: 'authenticated', scope: 'readonly' }, stepTwo, { type: 'content' });
    expect(status).toMatchObject({ state: 'cannot-save', retrying: false });
  });
});

describe('status table', () => {
  it('has the words of every state, and no two states share them', () => {
    const labels = Object.values(statusTable).map((row) => row.label);
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels.every((label) => label.length > 0)).toBe(true);
  });
});
