import * as Y from 'yjs';
import { expect, test } from './fixtures.ts';

test.describe('a program with an unmodified provider', () => {
  test('[G2] of either dialect edits the document that browsers show', async ({ ada, ben, server }) => {
    await ada.editor.open('team/plan');
    await ben.editor.open('team/plan');
    await ada.editor.write('From the browser.');
    const one = await server.join('team/plan', { dialect: 'hocuspocus' });
    const other = await server.join('team/plan', { dialect: 'y-websocket' });
    await expect.poll(() => textOf(one.doc)).toBe('From the browser.');
    await expect.poll(() => textOf(other.doc)).toBe('From the browser.');
    append(one.doc, 'From a HocuspocusProvider.');
    await ada.editor.expectText('From the browser.\nFrom a HocuspocusProvider.');
    append(other.doc, 'From a WebsocketProvider.');
    const whole = 'From the browser.\nFrom a HocuspocusProvider.\nFrom a WebsocketProvider.';
    await ada.editor.expectText(whole);
    await ben.editor.expectText(whole);
    await ben.editor.write(' And back.');
    await expect.poll(() => textOf(one.doc)).toBe(`${whole} And back.`);
    await expect.poll(() => textOf(other.doc)).toBe(`${whole} And back.`);
    await one.saved();
  });

  test('of either dialect shows its person in the browser’s list', async ({ ada, server }) => {
    await ada.editor.open('people');
    const one = await server.join('people', { name: 'Ida', dialect: 'hocuspocus' });
    const other = await server.join('people', { name: 'Jo', dialect: 'y-websocket' });
    await expect(ada.editor.person('Ida')).toBeVisible();
    await expect(ada.editor.person('Jo')).toBeVisible();
    other.awareness.setLocalState(null);
    await expect(ada.editor.person('Jo')).toBeHidden();
    await one.leave();
    await expect(ada.editor.person('Ida')).toBeHidden();
  });
});

function textOf(doc: Y.Doc): string {
  return doc
    .getXmlFragment('default')
    .toArray()
    .map((block) => (block instanceof Y.XmlElement ? block.toArray().join('') : ''))
    .join('\n');
}

function append(doc: Y.Doc, text: string): void {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  doc.getXmlFragment('default').push([paragraph]);
}
