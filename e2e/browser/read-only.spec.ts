import { joinWithHocuspocus, readerServerProgram, until, writerToken } from '@quire/testing';
import * as Y from 'yjs';
import { expect, test } from './fixtures.ts';

test.use({ serverOptions: { program: readerServerProgram } });

test.describe('who may only read', () => {
  test('[G6] sees "View only", follows what others write, and can change nothing', async ({ ada, server }) => {
    const writer = joinWithHocuspocus(server.wsUrl, 'notice', { token: writerToken });
    try {
      append(writer.doc, 'Read me.');
      await until(() => writer.provider.synced && !writer.provider.hasUnsyncedChanges, { what: 'nothing is saved' });
      await ada.editor.open('notice');
      await expect(ada.editor.saveState).toHaveText('View only');
      await ada.editor.expectText('Read me.');
      await expect(ada.editor.text).toHaveAttribute('aria-readonly', 'true');
      await expect(ada.editor.text).not.toBeEditable();
      await expect(ada.editor.title).not.toBeEditable();
      await expect(ada.editor.toolbar).toBeHidden();
      await ada.editor.text.click();
      await ada.page.keyboard.type('I was here');
      append(writer.doc, 'And this.');
      await ada.editor.expectText('Read me.\nAnd this.');
      await expect(ada.editor.saveState).toHaveText('View only');
    } finally {
      writer.leave();
    }
  });
});

function append(doc: Y.Doc, text: string): void {
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  doc.getXmlFragment('default').push([paragraph]);
}
