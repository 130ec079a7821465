import { joinWithHocuspocus, joinWithYWebsocket } from '../../people.ts';
import type { Check } from '../check.ts';
import type { Stage } from '../stage.ts';
import { bodyOf, insert, textOf } from './body.ts';

export const publishedProviders: Check = {
  id: 'published-providers',
  guarantee: 'G2',
  title: 'Published providers, unmodified, edit together',
  does: 'two people open a document with @hocuspocus/provider or y-websocket, as npm has them; both write, and one deletes',
  passes: 'both are synced, and have the same document; a third who comes then has it too',
  async run(stage) {
    const document = stage.document();
    const [ada, ben] = [await joinWithProvider(stage, document, 'ada'), await joinWithProvider(stage, document, 'ben')];
    ada.doc.getText('body').insert(0, 'ada wrote this');
    await stage.expectSame('ada inserted "ada wrote this"', [ada, ben]);
    ben.doc.transact(() => {
      bodyOf(ben.doc).delete(0, 4);
      insert(0, 'ben ')(ben.doc);
    });
    await stage.expectSame('ben replaced "ada " by "ben "', [ada, ben]);
    const cleo = await joinWithProvider(stage, document, 'cleo');
    await stage.expect({
      sent: 'the handshake of a third provider',
      expected: '"ben wrote this"',
      until: () => textOf(cleo.doc) === 'ben wrote this',
      came: () => JSON.stringify(textOf(cleo.doc)),
    });
  },
};

async function joinWithProvider(stage: Stage, document: string, name: string) {
  const { url, token } = stage.target;
  const person =
    stage.dialect.name === 'hocuspocus'
      ? joinWithHocuspocus(url, document, { token, path: '' })
      : joinWithYWebsocket(url, document, { ...(token === '' ? {} : { token }), path: '' });
  stage.onEnd(() => person.leave());
  await stage.expect({
    sent: `the handshake of ${name}’s provider`,
    expected: 'that it says that it is synced',
    until: () => person.provider.synced,
    came: () => 'nothing of the kind',
  });
  return { name, doc: person.doc };
}
