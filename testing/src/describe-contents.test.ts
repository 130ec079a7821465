import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { describeDifference } from './difference.ts';

const [ADA, BEN, CLEO] = [1, 2, 3];

function docOf(clientID: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = clientID;
  return doc;
}

/** The documents of two people who had the same, and then each went their own way. */
function split(before: (doc: Y.Doc) => void, mine: (doc: Y.Doc) => void, yours: (doc: Y.Doc) => void): string | null {
  const [cleo, ada, ben] = [docOf(CLEO), docOf(ADA), docOf(BEN)];
  before(cleo);
  for (const doc of [ada, ben]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(cleo));
  mine(ada);
  yours(ben);
  return describeDifference(ada, ben, ['ada', 'ben'], new Map([[CLEO, 'cleo']]));
}

const nothing = (): void => {};

function paragraph(text: string): Y.XmlElement {
  const element = new Y.XmlElement('paragraph');
  element.insert(0, [new Y.XmlText(text)]);
  return element;
}

describe('a difference is told by the shared type, the place in it, and whose it is', () => {
  test('of texts', () => {
    const told = split(
      (doc) => doc.getText('body').insert(0, 'The quick fox'),
      (doc) => doc.getText('body').insert(10, 'brown '),
      (doc) => doc.getText('body').insert(10, 'red '),
    );
    expect(told).toMatchInlineSnapshot(`
      "  ada (client 1): ada knows 6 of its clocks, ben 0
        ben (client 2): ada knows 0 of its clocks, ben 4
        "body" differs from character 10 on: ada has "The quick brown fox" (of 19), ben "The quick red fox" (of 17); what ada has there is by ada, what ben has, by ben"
    `);
  });

  test('of maps within maps, and of keys that only one has', () => {
    const told = split(
      (doc) => doc.getMap('meta').set('owner', new Y.Map([['name', 'Cleo']])),
      (doc) => (doc.getMap('meta').get('owner') as Y.Map<unknown>).set('name', 'Ada'),
      (doc) => doc.getMap('meta').set('due date', 5),
    );
    expect(told).toMatchInlineSnapshot(`
      "  ada (client 1): ada knows 1 of its clocks, ben 0
        ben (client 2): ada knows 0 of its clocks, ben 1
        "meta".owner.name: ada has "Ada", ben "Cleo"; what ada has there is by ada, what ben has, by cleo
        "meta"."due date": ada has nothing, ben 5; by ben"
    `);
  });

  test('of lists: entry by entry when they are as long, else where the first one is more', () => {
    const told = split(
      (doc) => {
        doc.getArray('tasks').push([new Y.Map([['done', false]]), 'second']);
        doc.getArray('log').push([1, 2, 3]);
      },
      (doc) => (doc.getArray('tasks').get(0) as Y.Map<unknown>).set('done', true),
      (doc) => doc.getArray('log').insert(1, ['new']),
    );
    expect(told).toMatchInlineSnapshot(`
      "  ada (client 1): ada knows 1 of its clocks, ben 0
        ben (client 2): ada knows 0 of its clocks, ben 1
        "tasks"[0].done: ada has true, ben false; what ada has there is by ada, what ben has, by cleo
        "log"[1]: ada has 2 (of 3), ben "new" (of 4); what ada has there is by cleo, what ben has, by ben"
    `);
  });

  test('of rich text: by paragraph, attribute and format', () => {
    const told = split(
      (doc) => doc.getXmlFragment('default').insert(0, [paragraph('Hello'), paragraph('world'), paragraph('!')]),
      (doc) => {
        const [first, second] = doc.getXmlFragment('default').toArray() as [Y.XmlElement, Y.XmlElement];
        first.setAttribute('align', 'left');
        (second.get(0) as Y.XmlText).insert(5, ' of mine');
      },
      (doc) => {
        const last = doc.getXmlFragment('default').get(2) as Y.XmlElement;
        (last.get(0) as Y.XmlText).format(0, 1, { bold: true });
      },
    );
    expect(told).toMatchInlineSnapshot(`
      "  ada (client 1): ada knows 9 of its clocks, ben 0
        ben (client 2): ada knows 0 of its clocks, ben 2
        "default"[0]<paragraph>@align: ada has "left", ben nothing
        "default"[1]<paragraph>[0] differs from character 5 on: ada has "world of mine" (of 13), ben "world" (of 5); by ada
        "default"[2]<paragraph>[0] has the same characters, formatted differently"
    `);
  });

  test('of types that neither has asked for yet', () => {
    const cleo = docOf(CLEO);
    cleo.getMap('meta').set('title', 'Plan');
    cleo.getArray('tasks').push(['first']);
    cleo.getXmlFragment('default').insert(0, [paragraph('Hello')]);
    const [ada, ben] = [docOf(ADA), docOf(BEN)];
    Y.applyUpdate(ada, Y.encodeStateAsUpdate(cleo));
    expect(describeDifference(ada, ben, ['ada', 'ben'])).toMatchInlineSnapshot(`
      "  client 3: ada knows 9 of its clocks, ben 0
        "meta".title: ada has "Plan", ben nothing; by client 3
        "tasks"[0]: ada has "first" (of 1), ben nothing (of 0); by client 3
        "default"[0]<paragraph>: ada has <paragraph>Hello</paragraph> (of 1), ben nothing (of 0); by client 3"
    `);
  });

  test('of many, the first ones, and how many more there are', () => {
    const told = split(
      nothing,
      (doc) => {
        for (let number = 0; number < 15; number += 1) doc.getMap('meta').set(`key ${number}`, number);
      },
      nothing,
    );
    expect(told?.split('\n').at(-1)).toBe('  and 3 more places differ');
  });

  test('of deletions that nothing shows', () => {
    const told = split(
      (doc) => doc.getText('body').insert(0, 'ab'),
      (doc) => {
        doc.getText('body').insert(1, 'x');
        doc.getText('body').delete(1, 1);
      },
      nothing,
    );
    expect(told).toMatchInlineSnapshot(`"  ada (client 1): ada knows 1 of its clocks, ben 0"`);
  });
});
